import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { promisify } from 'node:util'

import { leftoverPathsOf, removalPathOf } from './owned-folder.ts'

/**
 * Renames an owner's folder and removes it: a partly removed folder would no longer identify its owner, and nothing
 * would remove it.
 */
export async function removeWhole(path: string): Promise<void> {
  await removeTree(removalPathOf(path))
  if (existsSync(path)) await rename(path, removalPathOf(path))
  await removeTree(removalPathOf(path))
}

/** Removes the files that an interrupted creation or removal of an owner's folder left. */
export async function removeLeftovers(path: string, id: string): Promise<void> {
  for (const rest of leftoverPathsOf(path, id)) await removeTree(rest)
}

/**
 * Removes a folder that a script may have left in any state: with folders that cannot be emptied, or with paths longer
 * than a system call accepts.
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
