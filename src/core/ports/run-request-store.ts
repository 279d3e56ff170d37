import type { StopCause } from '../records/run.ts'

/** Requests, by a person or by a sweep, to stop, pause or continue runs. */
export interface RunRequestStore {
  /**
   * Requests that one run, or all runs of a sweep, stop or (with `cause` `pause`) pause. Affects only runs that have
   * not ended. Raises their `version`, so that writes based on an earlier read fail. A run that has a request keeps it,
   * but a stop replaces a pause. Returns the ids of the changed runs.
   */
  requestStop(which: { id: string } | { sweepId: string }, cause: StopCause): Promise<string[]>
  /**
   * Queues one run, or all runs of a sweep, if paused, and withdraws requests to pause for which no process has been
   * signalled yet. Trials that are paused at a rung stay paused. Returns the ids of the changed runs.
   */
  unpause(which: { id: string } | { sweepId: string }): Promise<string[]>
}
