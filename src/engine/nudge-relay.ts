import { isTerminal } from '../contract/phases.ts'
import type { Nudges } from '../core/ports/nudges.ts'
import type { Run } from '../core/records/run.ts'

/** Nudges that exist before the engine does. They are dropped until `connect`: a loop lists its work when it starts. */
export interface NudgeRelay extends Nudges {
  connect(target: Nudges): void
}

/** Creates a relay that is not connected. */
export function createNudgeRelay(): NudgeRelay {
  let target: Nudges | undefined

  return {
    connect: (nudges) => {
      target = nudges
    },
    run: (id) => target?.run(id),
    sweep: (id) => target?.sweep(id),
    collection: (runId) => target?.collection(runId),
    scheduler: () => target?.scheduler(),
    janitor: () => target?.janitor(),
  }
}

/** Nudges whatever waits for a run, after a change of its phase: the queue, its sweep, the trash. */
export function nudgeDependents(nudges: Nudges, run: Run): void {
  if (!isTerminal(run.phase) && run.phase !== 'queued' && run.phase !== 'paused') return
  nudges.scheduler()
  if (run.sweepId !== null) nudges.sweep(run.sweepId)
  nudgeTrash(nudges, run)
}

/** Nudges the janitor for a run in the trash: emptying the trash leaves out runs that have not ended. */
export function nudgeTrash(nudges: Nudges, run: Run): void {
  if (isTerminal(run.phase) && run.deletedAt !== null) nudges.janitor()
}
