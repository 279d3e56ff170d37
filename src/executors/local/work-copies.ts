import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { attemptPaths, dataDirPaths } from '../../core/data-dir.ts'
import type { WorkCopies } from '../../core/ports/work-copies.ts'
import { isAttemptFolder } from '../../disk/attempt-dir.ts'
import type { AttemptDir } from '../../disk/attempt-dir.ts'
import { copyWhole } from '../../disk/copy-whole.ts'
import { removeTree } from '../../disk/removal.ts'

/** Returns the path of the attempt's own copy of the code folder `tree`. Makes the copy if it does not exist. */
export async function copyTree(tree: string, dir: AttemptDir): Promise<string> {
  if (existsSync(dir.code)) return dir.code

  const half = `${dir.code}.half`
  await removeTree(half)
  await mkdir(dirname(half), { recursive: true, mode: 0o700 })
  await copyWhole(tree, half)
  await rename(half, dir.code)
  return dir.code
}

/** Creates the store of the working copies in a data directory. */
export function createLocalWorkCopies(dataDir: string): WorkCopies {
  return { removeOld: async (endedBefore) => await removeOldCopies(dataDir, endedBefore) }
}

/**
 * Removes the working copies of attempts that ended before `endedBefore` (milliseconds since 1970), and older copies of
 * attempts without a folder. Returns the number of removed copies.
 */
async function removeOldCopies(dataDir: string, endedBefore: number): Promise<number> {
  const { attempts, workCopies } = dataDirPaths(dataDir)
  const copies = [
    ...(await namesIn(workCopies)).map((name) => ({ name, path: join(workCopies, name) })),
    // Version 0.1.0 kept working copies in the attempt's folder.
    ...(await namesIn(attempts)).map((name) => ({ name, path: attemptPaths(join(attempts, name)).formerCode })),
  ]

  let removed = 0
  for (const { name, path } of copies.filter((copy) => isAttemptFolder(copy.name) && existsSync(copy.path))) {
    const folder = join(attempts, name)
    const ended = await stat(existsSync(folder) ? attemptPaths(folder).exit : path).catch(() => undefined)
    if (!ended || ended.mtimeMs >= endedBefore) continue
    await removeTree(path)
    removed += 1
  }

  return removed
}

async function namesIn(folder: string): Promise<string[]> {
  return existsSync(folder) ? await readdir(folder) : []
}
