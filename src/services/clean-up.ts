import { LIMITS } from '../contract/limits.ts'
import { forEachIsolated } from './for-each-isolated.ts'
import { removeUnusedEnvironments } from './environments.ts'
import type { EnvironmentDeps } from './environments.ts'
import { removeUnusedSnapshots } from './code/snapshots.ts'
import { purgeTrash } from './projects/trash.ts'
import type { TrashDeps } from './projects/trash.ts'
import type { WorkCopies } from '../core/ports/work-copies.ts'

export interface CleanUpDeps extends EnvironmentDeps, TrashDeps {
  readonly workCopies: WorkCopies
  /** How long deleted runs, sweeps and projects are kept in the trash, in milliseconds. */
  readonly trashKeepMs: number
}

/**
 * Does one round of clean-up: removes old items of the trash, old working copies, unused code, unused environments and
 * old request ids. Each step may be interrupted and repeated, and an error in one step does not prevent the others.
 */
export async function cleanUp(deps: CleanUpDeps): Promise<void> {
  const steps: Readonly<Record<string, () => Promise<unknown>>> = {
    trash: () => purgeTrash(deps, deps.trashKeepMs),
    'working copies': () => deps.workCopies.removeOld(deps.clock.now() - LIMITS.workCopyKeepMs),
    code: () => removeUnusedSnapshots(deps),
    environments: () => removeUnusedEnvironments(deps),
    requests: () => deps.store.write((stores) => stores.requests.prune(deps.clock.now() - LIMITS.requestIdKeepMs)),
  }
  await forEachIsolated(
    deps.log,
    Object.entries(steps),
    ([, step]) => step(),
    ([name]) => ({ step: name }),
  )
}
