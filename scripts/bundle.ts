import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

import { build } from 'rolldown'

const root = join(import.meta.dirname, '..')

/** Files that are started by their name: the program, its threads, and the library. All lie side by side, as do the chunks they share. */
const ENTRIES = {
  main: 'cli/main.ts',
  search: 'core/search/library.ts',
  'sqlite-worker': 'store/sqlite-worker.ts',
  'search-worker': 'engine/search-worker.ts',
  'log-search-worker': 'services/log-search-worker.ts',
}

const SCRIPTS = ['executors/local/supervise.sh', 'environments/build.sh']

/** Bundles the program with all it needs into a folder: few files load much sooner than many. Answers the folders of the packages inside. */
export async function bundle(folder: string): Promise<string[]> {
  const { output } = await build({
    cwd: root,
    input: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(root, 'src', file)])),
    platform: 'node',
    external: ['pg-native'],
    logLevel: 'silent',
    output: { dir: folder, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
  })
  for (const script of SCRIPTS) copyFileSync(join(root, 'src', script), join(folder, script.split('/').at(-1)!))
  const modules = output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []))
  const packages = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? [])
  return [...new Set(packages)].sort()
}

if (process.argv[1] === import.meta.filename) await bundle(process.argv[2]!)
