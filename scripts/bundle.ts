import { copyFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

import { build } from 'rolldown'

const root = join(import.meta.dirname, '..')

/** Files that are started by their name: the program, the library, and each thread. All lie side by side, as do the chunks they share. */
const ENTRIES = {
  main: 'cli/main.ts',
  search: 'core/search/library.ts',
  ...Object.fromEntries(
    readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('-worker.ts'))
      .map((file) => [basename(file, '.ts'), file]),
  ),
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
