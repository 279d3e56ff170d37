import { isTerminal } from '../contract/phases.ts'
import type { Nudges } from '../core/ports/nudges.ts'
import type { Run } from '../core/records/run.ts'

/**
 * Passes nudges on to the engine, which is created later. Nudges before `connect` are dropped; none is lost, because
 * each loop lists its work when it starts.
 */
export interface NudgeRelay extends Nudges {
  connect(target: Nudges): void
}

/** Creates a relay without a target. */
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

/**
 * Nudges all that may wait for the new phase of a run: the queue, the sweep of the run, and the clean-up of the trash.
 * Does nothing unless the run has ended, is queued or is paused.
 */
export function nudgeDependents(nudges: Nudges, run: Run): void {
  if (!isTerminal(run.phase) && run.phase !== 'queued' && run.phase !== 'paused') return
  nudges.scheduler()
  if (run.sweepId !== null) nudges.sweep(run.sweepId)
  nudgeTrash(nudges, run)
}

/** Nudges the janitor if a run in the trash has ended: emptying the trash does not remove a run before its end. */
export function nudgeTrash(nudges: Nudges, run: Run): void {
  if (isTerminal(run.phase) && run.deletedAt !== null) nudges.janitor()
}
