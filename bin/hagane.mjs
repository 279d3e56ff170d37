#!/usr/bin/env node
import { join } from 'node:path'

import { launch } from './launch.mjs'
import { ensureReady, root } from './setup.mjs'

const node = ensureReady('runtime')
await launch(node, { file: join(root, 'bin', 'start.mjs'), args: process.argv.slice(2) })
