#!/usr/bin/env node
import { join } from 'node:path'

import { launch } from './launch.mjs'
import { ensureReady, isClone, root } from './setup.mjs'

const node = ensureReady('runtime')
await launch(node, { file: join(root, isClone ? 'src/cli/main.ts' : 'dist/cli/main.js'), args: process.argv.slice(2) })
