// Starts the command line under Node 24, from a bundle or else from the sources. Code compiled by Node is cached on the
// disk.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { findBundle } from './bundle.mjs'
import { cacheHome, isClone, root } from './setup.mjs'

const bundle = isClone ? findBundle(process.argv.slice(2)) : join(root, 'dist')
enableCompileCache(isClone && bundle ? join(bundle, 'compiled') : join(cacheHome(), 'compiled'))
await import(pathToFileURL(bundle ? join(bundle, 'main.js') : join(root, 'src', 'cli', 'main.ts')).href)
