import type { RunPhase } from '../../contract/phases.ts'
import type { ActiveRun, NewRun, QueuedRun, Run, RunPatch, StopCause } from '../records/run.ts'

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
   * Requests the stop of open runs, one or all of a sweep. Decisions made from an older version then fail. An existing
   * request stays, but a stop replaces a pause. Returns the ids of the changed runs.
   */
  requestStop(which: { id: string } | { sweepId: string }, cause: StopCause): Promise<string[]>
  /**
   * Queues paused runs, one or all of a sweep, and withdraws requests to pause that are not carried out yet. Trials at
   * a rung stay paused. Returns the ids of the changed runs.
   */
  unpause(which: { id: string } | { sweepId: string }): Promise<string[]>
  /**
   * Removes failed runs from the trials of their sweep, so that new runs can take their indices. The failed runs still
   * belong to the sweep.
   */
  removeFromTrials(ids: readonly string[]): Promise<void>
  /** Sets other code for the trials of a sweep that have not had an attempt. */
  changeCode(sweepId: string, code: Pick<Run, 'snapshot' | 'host'>): Promise<void>
  /** Sets fields that no decision depends on, whatever the version. */
  annotate(run: Pick<Run, 'id' | 'number'>, patch: RunNotes): Promise<void>
  /**
   * Moves runs into the trash or out of it. Runs whose final removal has begun stay. Returns the ids of the changed
   * runs.
   */
  setDeleted(
    which: { id: string } | { sweepId: string } | { projectId: string },
    change: DeletionChange,
  ): Promise<string[]>
  /**
   * Returns runs that can be removed for good, by number from above `after`: collected runs that have been in the trash
   * since before a time, or whose removal has begun. Leaves out runs whose outputs are still to be copied.
   */
  listPurgeable(deletedBefore: number, page: { readonly after: number; readonly limit: number }): Promise<Run[]>
  /** Whether the run exists and its final removal has not begun. */
  isNotPurged(id: string): Promise<boolean>
  /**
   * Begins the final removal of a run that has been in the trash since before a time. Returns false if the run was
   * restored in the meantime.
   */
  beginPurge(id: string, deletedBefore: number): Promise<boolean>
  /** Removes a bounded part of a run's rows. Returns true once none is left. */
  purgePart(run: Pick<Run, 'id' | 'number'>): Promise<boolean>
  /** Returns those of `values` that a run refers to, or, for snapshots, a run or a sweep. */
  findReferenced(column: 'snapshot' | 'environment', values: readonly string[]): Promise<Set<string>>
  /** Returns the ids of queued runs that need an environment. */
  listWaitingFor(environment: string): Promise<string[]>
  /** Whether any run that has not ended needs an environment. */
  hasUnfinishedRun(environment: string): Promise<boolean>
}

/**
 * Moves into the trash at a time, or out of it. With `onlyDeletedAt`, only items that were moved into the trash at exactly
 * that time are restored.
 */
export type DeletionChange =
  | { readonly deletedAt: number }
  | { readonly restored: true; readonly onlyDeletedAt?: number }

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
