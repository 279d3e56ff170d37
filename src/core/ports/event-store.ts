import type { Event, NewEvent } from '../../contract/events.ts'
import type { ProjectScope } from '../access/caller.ts'

/** The events in the history of runs, sweeps and projects. Each has a number; later events have higher numbers. */
export interface EventStore {
  append(events: readonly NewEvent[]): Promise<void>
  /**
   * Returns the first `limit` events with a number above `seq`, lowest number first; only those of a run or a sweep
   * where `about` names one. An event that belongs to no run and no sweep is returned only with the project scope
   * `all`.
   */
  listAfter(
    seq: number,
    limit: number,
    about: { readonly projects: ProjectScope; readonly runId?: string; readonly sweepId?: string },
  ): Promise<Event[]>
  /** Returns the number of the latest event; 0 where there is none. */
  findLatestSeq(): Promise<number>
}
