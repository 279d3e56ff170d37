import type { RunPhase } from '../../contract/phases.ts'
import type { ActiveRun, NewRun, QueuedRun, Run, RunPatch } from '../records/run.ts'

/** Reads and writes runs. */
export interface RunStore {
  get(id: string): Promise<Run | undefined>
  getByNumber(number: number): Promise<Run | undefined>
  /** Returns the ids of runs that have not ended, or have ended and are not collected. */
  listUnfinished(): Promise<string[]>
  /**
   * Returns queued runs with a number above `after`, oldest first. Leaves out the sweeps in `exceptSweeps`, and runs
   * whose environment is being built by another run.
   */
  listQueued(page: {
    readonly limit: number
    readonly after: number
    readonly exceptSweeps: readonly string[]
  }): Promise<QueuedRun[]>
  /** Returns the runs that occupy a place on the machine. */
  listActive(): Promise<ActiveRun[]>
  /** Inserts runs with ascending numbers and returns them in the same order. */
  insert(runs: readonly NewRun[]): Promise<Run[]>
  /**
   * Sets the phase of a run. Returns false if the run has changed since `version` was read, or if it may not go from
   * its phase to the new one.
   */
  transition(run: Pick<Run, 'id' | 'version'>, phase: RunPhase, patch?: RunPatch): Promise<boolean>
  /**
   * Removes failed runs from the trials of their sweep, so that new runs can take their indices. The failed runs still
   * belong to the sweep.
   */
  removeFromTrials(ids: readonly string[]): Promise<void>
  /** Sets other code for the trials of a sweep that have not had an attempt. */
  changeCode(sweepId: string, code: Pick<Run, 'snapshot' | 'host'>): Promise<void>
  /** Sets fields that no decision depends on, whatever the version. */
  annotate(run: Pick<Run, 'id' | 'number'>, patch: RunNotes): Promise<void>
}

/** Fields of a run that no decision depends on. */
export type RunNotes = Partial<
  Pick<
    Run,
    | 'params'
    | 'tags'
    | 'waiting'
    | 'lastReceivedAt'
    | 'isCollected'
    | 'name'
    | 'note'
    | 'environment'
    | 'ranOn'
    | 'projectId'
  >
>
