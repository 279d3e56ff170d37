// node bin/run.mjs [--dev] [--watch] FILE [ARGS]: installs what is missing, then runs a script of this clone under Node
// 24.
import { join } from 'node:path'

import { launch } from './launch.mjs'
import { ensureReady, root } from './setup.mjs'

const words = process.argv.slice(2)
const own = words.slice(
  0,
  words.findIndex((word) => !word.startsWith('--')),
)
const [file, ...args] = words.slice(own.length)
const node = ensureReady(own.includes('--dev') ? 'dev' : 'runtime')
await launch(node, { nodeArgs: own.includes('--watch') ? ['--watch'] : [], file: join(root, file), args })
