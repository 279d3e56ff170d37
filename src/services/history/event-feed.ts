import type { Event } from '../../contract/events.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { ProjectScope } from '../../core/access/caller.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Store } from '../../core/ports/store.ts'

/** A feed of events for one reader, who calls `next` repeatedly. */
export interface EventFeed {
  /**
   * Returns the next events in the order of their numbers. Waits until there is one. Returns an empty list if there is
   * none within `QUIET_MS`, or when `signal` aborts.
   */
  next(signal: AbortSignal): Promise<Event[]>
}

const QUIET_MS = 15_000
// Minimum time between two reads of events. Most commits contain no event.
const LOOK_EVERY_MS = 50

/**
 * Creates a feed of the events of some projects with numbers above `after`. A commit only triggers a read of the events
 * that follow the last number. Therefore no event is lost or repeated if the signal of a commit is.
 */
export function createEventFeed(
  { store, clock }: { store: Store; clock: Clock },
  projects: ProjectScope,
  after: number,
): EventFeed {
  let seq = after
  return {
    next: async (signal) => {
      // Listens for commits before reading, so that a commit during the read is noticed.
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

/** Signals of commits for one call of `EventFeed.next`, which lasts `QUIET_MS` at most. */
interface CommitSignals {
  /** Whether `QUIET_MS` have passed or the reader has aborted. */
  isOver(): boolean
  /** Resolves at the next commit or when `isOver` becomes true; at once if there was a commit since the last call. */
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
