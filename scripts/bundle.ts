import { copyFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

import { build } from 'rolldown'

const root = join(import.meta.dirname, '..')

/**
 * Entry points: the program, the search library and each worker
 * thread, by name of the bundled file. Paths are from `src`.
 */
const ENTRIES = {
  main: 'cli/main.ts',
  search: 'core/search/library.ts',
  ...Object.fromEntries(
    readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('-worker.ts'))
      .map((file) => [basename(file, '.ts'), file]),
  ),
}

/** Shell scripts that the program runs. They are copied into the folder of the bundled files. */
const SCRIPTS = ['executors/local/supervise.sh', 'environments/build.sh']

/**
 * Bundles the program and its dependencies into a few files in `folder`, because few files load much faster than many.
 * Returns the paths of the packages whose code was bundled.
 */
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
