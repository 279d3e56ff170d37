import type { Event, NewEvent } from '../../contract/events.ts'

/** The history of runs, sweeps and projects. */
export interface EventStore {
  append(events: readonly NewEvent[]): Promise<void>
  /** Returns events with a number above `seq`, in order. */
  listAfter(
    seq: number,
    limit: number,
    about?: { readonly runId?: string; readonly sweepId?: string },
  ): Promise<Event[]>
  /** Returns the number of the last event. */
  findLatestSeq(): Promise<number>
}
