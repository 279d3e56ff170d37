import type { Run, RunRef } from '../records/run.ts'

/** The location of the outputs of a run. */
export interface OutputPlacement {
  readonly run: Pick<Run, 'id' | 'number' | 'startedAt'>
  /** The run that owns the outputs folder: this run, or the first run in the chain of runs that it resumes. */
  readonly owner: RunRef
  /**
   * A run that has already started with these outputs, so that its folder exists: as the owner's folder or as a link to
   * it. Null if no run has, and for a run with outputs of its own.
   */
  readonly existingOf: RunRef | null
  /** The run whose outputs are copied before the start; null if nothing is copied. */
  readonly copySource: RunRef | null
}

/** The runs on which the outputs of a run depend; undefined for a run that has been purged. */
export interface RelatedRuns {
  /** The run with the number `outputsOwnerNumber`. */
  readonly owner: Run | undefined
  /** The run from which this one was derived. */
  readonly origin: Run | undefined
}

/**
 * Decides where the outputs of a run are. A run that resumes another one writes to the outputs folder of the first run
 * in the chain; the folder stays as long as one of these runs exists. A run that copies another one has a folder of its
 * own, which begins as a copy of the other's outputs.
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

/** Whether the outputs of a run's origin are copied when the run starts: only before its first attempt. */
export function copiesAtStart({ origin, startedAt }: Pick<Run, 'origin' | 'startedAt'>): boolean {
  return origin?.kind === 'copies' && startedAt === null
}
