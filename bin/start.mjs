// The command line under Node 24: bundled where it can be, else its sources. What Node compiles of either is kept.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { findBundle } from './bundle.mjs'
import { cacheHome, isClone, root } from './setup.mjs'

const bundle = isClone ? findBundle(process.argv.slice(2)) : join(root, 'dist')
enableCompileCache(isClone && bundle ? join(bundle, 'compiled') : join(cacheHome(), 'compiled'))
await import(pathToFileURL(bundle ? join(bundle, 'main.js') : join(root, 'src', 'cli', 'main.ts')).href)
