// node bin/run.mjs [--dev] [--watch] FILE [ARGS]: installs what is missing, then runs a script of this clone under Node
// 24.
import { join } from 'node:path'

import { launch } from './launch.mjs'
import { ensureReady, root } from './setup.mjs'

const commandLine = process.argv.slice(2)
const options = commandLine.slice(
  0,
  commandLine.findIndex((word) => !word.startsWith('--')),
)
const [file, ...args] = commandLine.slice(options.length)
const node = ensureReady(options.includes('--dev') ? 'dev' : 'runtime')
await launch(node, { nodeArgs: options.includes('--watch') ? ['--watch'] : [], file: join(root, file), args })
