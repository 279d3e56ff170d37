import { dirname } from 'node:path'

import { dataDirPaths } from '../../core/data-dir.ts'
import type { AttemptRef } from '../../core/records/attempt.ts'
import { attemptDir, isAttemptFolder, ownsFolder } from '../../disk/attempt-dir.ts'
import { removeLeftovers, removeTree, removeWhole } from '../../disk/removal.ts'

/** Removes the folder of an attempt and its working copy. */
export async function removeAttempt(dataDir: string, attempt: AttemptRef): Promise<void> {
  // An attempt of a script that was started by hand has another kind of name and no folder.
  if (!isAttemptFolder(attempt.name)) return

  const dir = attemptDir(dataDir, attempt)
  if (ownsFolder(attempt, dir)) {
    await removeTree(dirname(dir.code))
    await removeWhole(dir.path)
  }
  await removeLeftovers(dataDirPaths(dataDir).attempt(attempt.name), attempt.id)
}
