import { existsSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import { dataDirPaths, environmentPaths } from '../core/data-dir.ts'
import type { EnvironmentBuilder } from '../core/ports/environment-builder.ts'

const SCRIPT = fileURLToPath(new URL('build.sh', import.meta.url))
const HASH = /^[0-9a-f]{64}$/

/**
 * Creates the builder of virtual environments. Each is in a folder `environments/HASH`, which contains a file `ready`
 * once the environment is complete.
 */
export function createVenvBuilder(dataDir: string): EnvironmentBuilder {
  const folder = (hash: string): string => {
    if (!HASH.test(hash)) throw new Error(`not a hash of an environment: ${hash}`)
    return dataDirPaths(dataDir).environment(hash)
  }

  return {
    toBuildCommand: ({ hash, python, steps }) => ({
      script: 'exec /bin/sh "$@"',
      args: [SCRIPT, folder(hash), python, ...steps],
      display: steps.join(' && '),
    }),

    readPackages: async (hash) => {
      const { ready, packages } = environmentPaths(folder(hash))
      return existsSync(ready) ? await readFile(packages, 'utf8') : undefined
    },

    remove: async (hash) => {
      // The folder is renamed first, because a partly removed environment must never look complete.
      const gone = `${folder(hash)}.gone`
      await rm(gone, { recursive: true, force: true })
      await rename(folder(hash), gone).catch(ignoreMissing)
      await rm(gone, { recursive: true, force: true })
    },
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
