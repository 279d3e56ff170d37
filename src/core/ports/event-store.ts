import type { Event, NewEvent } from '../../contract/events.ts'
import type { ProjectScope } from '../access/caller.ts'

/** The history of runs, sweeps and projects. */
export interface EventStore {
  append(events: readonly NewEvent[]): Promise<void>
  /**
   * Returns events with a number above `seq`, in order. Events of no run and no sweep are in the scope `all` alone.
   */
  listAfter(
    seq: number,
    limit: number,
    about: { readonly projects: ProjectScope; readonly runId?: string; readonly sweepId?: string },
  ): Promise<Event[]>
  /** Returns the number of the last event. */
  findLatestSeq(): Promise<number>
}
