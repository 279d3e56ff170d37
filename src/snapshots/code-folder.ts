import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { LIMITS } from '../contract/limits.ts'
import type { CodeFolder } from '../core/environment-hash.ts'

/** Opens a local folder as the code that build steps read. */
export function openCodeFolder(root: string): CodeFolder {
  return {
    hashFile: async (path) => {
      const content = path === '' ? undefined : await readFile(join(root, path)).catch(() => undefined)
      return content && createHash('sha256').update(content).digest('hex')
    },

    readText: async (path) => await readFile(join(root, path), 'utf8'),

    listFiles: async (path) => {
      const folder = join(root, path)
      if (!(await stat(folder).catch(() => undefined))?.isDirectory()) return []
      const names = await readdir(folder, { recursive: true })
      return names.slice(0, LIMITS.snapshotFilesMax).map((name) => (path === '' ? name : `${path}/${name}`))
    },
  }
}
