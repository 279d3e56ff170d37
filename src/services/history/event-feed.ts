import type { Event } from '../../contract/events.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { ProjectScope } from '../../core/access/caller.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Store } from '../../core/ports/store.ts'

/** The events of runs, sweeps and projects as they are written, for one reader. */
export interface EventFeed {
  /**
   * Returns the next events in order. Waits for one; returns none after `QUIET_MS` without an event, or when aborted.
   */
  next(signal: AbortSignal): Promise<Event[]>
}

const QUIET_MS = 15_000
// Most commits contain no event. However many there are, the events are read at most this often.
const LOOK_EVERY_MS = 50

/**
 * Creates a feed of the events of some projects after a number. A commit only causes a read: events are read from the
 * store by number, so a commit signal that is missed or repeated loses and repeats none.
 */
export function createEventFeed(
  { store, clock }: { store: Store; clock: Clock },
  projects: ProjectScope,
  after: number,
): EventFeed {
  let seq = after
  return {
    next: async (signal) => {
      // Subscribe before reading, so that a commit in between is noticed.
      const commits = listen(store, clock, signal)
      try {
        for (;;) {
          const events = await store.read.events.listAfter(seq, LIMITS.eventsPageMax, { projects })
          seq = events.at(-1)?.seq ?? seq
          if (events.length > 0 || commits.isOver()) return events
          await commits.next()
          await new Promise<void>((resolve) => void clock.after(LOOK_EVERY_MS, resolve))
        }
      } finally {
        commits.end()
      }
    },
  }
}

/** Signals of commits, until a quiet time has passed or the reader aborts. */
interface CommitSignals {
  /** Whether the quiet time has passed or the reader has aborted. */
  isOver(): boolean
  /** Returns at the next commit or when `isOver`; at once if there was a commit since the last call. */
  next(): Promise<void>
  end(): void
}

function listen(store: Store, clock: Clock, signal: AbortSignal): CommitSignals {
  let [hasCommit, isQuiet] = [false, false]
  let wake = (): void => {}

  const unsubscribe = store.onCommit(() => {
    hasCommit = true
    wake()
  })

  const cancel = clock.after(QUIET_MS, () => {
    isQuiet = true
    wake()
  })

  const onAbort = (): void => wake()
  signal.addEventListener('abort', onAbort)
  const isDone = (): boolean => isQuiet || signal.aborted

  return {
    isOver: isDone,
    next: async () => {
      if (!hasCommit && !isDone()) await new Promise<void>((resolve) => (wake = resolve))
      hasCommit = false
    },
    end: () => {
      unsubscribe()
      cancel()
      signal.removeEventListener('abort', onAbort)
    },
  }
}
