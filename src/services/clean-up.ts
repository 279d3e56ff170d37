import { LIMITS } from '../contract/limits.ts'
import { collectEnvironments } from './environments.ts'
import type { EnvironmentDeps } from './environments.ts'
import { collectSnapshots } from './snapshots.ts'
import { purgeTrash } from './trash.ts'
import type { TrashDeps } from './trash.ts'
import type { Executor } from '../core/ports.ts'

export interface CleanUpDeps extends EnvironmentDeps, TrashDeps {
  readonly executor: Pick<Executor, 'purge' | 'removeWorkCopies'>
  /** What is in the trash is kept this long. */
  readonly trashKeepMs: number
}

/** One round of the janitor: all that has outlived its stated time goes. Every step may be cut short and repeated. */
export async function cleanUp(deps: CleanUpDeps): Promise<void> {
  await purgeTrash(deps, deps.trashKeepMs)
  await deps.executor.removeWorkCopies(deps.clock.now() - LIMITS.workCopyKeepMs)
  await collectSnapshots(deps)
  await collectEnvironments(deps)
  await deps.store.write((parts) => parts.content.pruneCreations(deps.clock.now() - LIMITS.creationKeepMs))
}
