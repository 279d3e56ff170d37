import type { StopCause } from '../records/run.ts'

/** Requests of people and sweeps that runs stop, pause or go on. */
export interface RunRequestStore {
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
}
