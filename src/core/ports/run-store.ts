import type { RunPhase } from '../../contract/phases.ts'
import type { ActiveRun, NewRun, QueuedRun, Run, RunPatch } from '../records/run.ts'

/** Reads and writes runs. */
export interface RunStore {
  get(id: string): Promise<Run | undefined>
  getByNumber(number: number): Promise<Run | undefined>
  /**
   * Returns the ids of runs that have not ended, or whose outputs and logs are not collected yet (`Run.isCollected`).
   */
  listUnfinished(): Promise<string[]>
  /**
   * Returns queued runs with a number above `after`, lowest number first. Leaves out the runs of the sweeps in
   * `exceptSweeps`, and runs whose environment another run is building.
   */
  listQueued(page: {
    readonly limit: number
    readonly after: number
    readonly exceptSweeps: readonly string[]
  }): Promise<QueuedRun[]>
  /**
   * Returns the runs that have an attempt on the executor or are about to: those in the phases `preparing`, `starting`,
   * `running` and `stopping`.
   */
  listActive(): Promise<ActiveRun[]>
  /** Inserts runs, numbers them in the given order, and returns them in that order. */
  insert(runs: readonly NewRun[]): Promise<Run[]>
  /**
   * Sets the phase of a run and the fields in `patch`. Returns false, and changes nothing, if the run has changed since
   * `version` was read or if `phase` may not follow its present phase.
   */
  transition(run: Pick<Run, 'id' | 'version'>, phase: RunPhase, patch?: RunPatch): Promise<boolean>
  /**
   * Clears the trial index of failed runs, so that new runs can take these indices. The failed runs still belong to the
   * sweep.
   */
  clearTrialIndexes(ids: readonly string[]): Promise<void>
  /** Sets the snapshot and the host of the trials of a sweep that have not had an attempt. */
  changeCode(sweepId: string, code: Pick<Run, 'snapshot' | 'host'>): Promise<void>
  /** Sets fields that no decision depends on. Does not check or change the version. */
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
