import type { Run, RunRef } from '../records/run.ts'

/** Where the outputs of a run are. */
export interface OutputPlacement {
  readonly run: Pick<Run, 'id' | 'number' | 'startedAt'>
  /** The run that owns the outputs folder: this run, or the first of the runs that it resumes. */
  readonly owner: RunRef
  /**
   * A run that has already written to these outputs; its folder is the outputs folder or links to it. Null where no run
   * has.
   */
  readonly existingOf: RunRef | null
  /** The run whose outputs are copied before the start; null where nothing is copied. */
  readonly copySource: RunRef | null
}

/** The runs that the outputs of a run depend on. Each may have been removed for good. */
export interface RelatedRuns {
  /** The run with the number `outputsOwnerNumber`. */
  readonly owner: Run | undefined
  /** The run that this one was derived from. */
  readonly origin: Run | undefined
}

/**
 * Decides where the outputs of a run are. A run that resumes writes to the outputs of the first run of its chain, which
 * stay as long as a run of the chain is there. A copy begins with a copy and has a folder of its own.
 */
export function placeOutputs(run: Run, { owner, origin }: RelatedRuns): OutputPlacement {
  const copySource = copiesAtStart(run) ? (origin ?? null) : null
  if (run.outputsOwnerNumber === run.number) return { run, owner: run, existingOf: null, copySource }

  const hasStarted = (one: Run | undefined): boolean => one !== undefined && one.startedAt !== null
  return {
    run,
    owner: owner ?? { id: run.origin?.runId ?? run.id, number: run.outputsOwnerNumber },
    existingOf: [run, origin, owner].find(hasStarted) ?? null,
    copySource,
  }
}

/** Whether the next start of a run copies the outputs of its origin. It does so once, before the first attempt. */
export function copiesAtStart({ origin, startedAt }: Pick<Run, 'origin' | 'startedAt'>): boolean {
  return origin?.kind === 'copies' && startedAt === null
}
