import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { promisify } from 'node:util'

import { leftoverPathsOf, removalPathOf } from './owned-folder.ts'

/**
 * Removes the folder of a run or attempt. Renames it first: a partly removed folder could lack the file with its owner,
 * and would then never be removed.
 */
export async function removeWhole(path: string): Promise<void> {
  await removeTree(removalPathOf(path))
  if (existsSync(path)) await rename(path, removalPathOf(path))
  await removeTree(removalPathOf(path))
}

/**
 * Removes the files that an interrupted creation or removal of the folder of a run or attempt has left. `path` is its
 * plain name.
 */
export async function removeLeftovers(path: string, id: string): Promise<void> {
  for (const rest of leftoverPathsOf(path, id)) await removeTree(rest)
}

/**
 * Removes a folder in any state that a script may have left it in, such as folders without write permission, or paths
 * longer than a system call accepts. Does nothing if there is no folder.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 5 })
  } catch {
    // `chmod` and `rm` descend folder by folder, so long paths do not stop them. `rm` reports the files that `chmod`
    // could not change.
    await promisify(execFile)('chmod', ['-R', 'u+rwX', '--', path]).catch(() => {})
    await promisify(execFile)('rm', ['-rf', '--', path])
  }
}
