import type { Event } from '../contract/events.ts'
import { LIMITS } from '../contract/limits.ts'
import type { Clock, Store } from '../core/ports.ts'

/** The history as it grows, for one reader. */
export interface EventFeed {
  /** The next events after those already given, in order; waits for them, and gives none after a quiet while or once aborted. */
  next(signal: AbortSignal): Promise<Event[]>
}

const QUIET_MS = 15_000
// Most commits bring no event: however many there are, the history is read so often at most.
const LOOK_EVERY_MS = 50

/**
 * Follows the history from a number on. A commit is only a hint: what is given is read from the store by number, so that a
 * hint that is missed or doubled makes no hole and no repetition.
 */
export function createEventFeed({ store, clock }: { store: Store; clock: Clock }, after: number): EventFeed {
  let seq = after
  return {
    next: async (signal) => {
      // Listens before it reads: a commit that comes between the two is not slept through.
      const hints = listen(store, clock, signal)
      try {
        for (;;) {
          const events = await store.read.events.after(seq, LIMITS.eventsPageMax)
          seq = events.at(-1)?.seq ?? seq
          if (events.length > 0 || hints.isOver()) return events
          await hints.next()
          await new Promise<void>((resolve) => void clock.after(LOOK_EVERY_MS, resolve))
        }
      } finally {
        hints.end()
      }
    },
  }
}

interface Hints {
  /** A quiet while has passed, or the reader has gone. */
  isOver(): boolean
  /** Returns at the next commit, at once if there was one since the last call, or when it is over. */
  next(): Promise<void>
  end(): void
}

function listen(store: Store, clock: Clock, signal: AbortSignal): Hints {
  let [isHinted, isQuiet] = [false, false]
  let wake = (): void => {}
  const unsubscribe = store.onCommit(() => {
    isHinted = true
    wake()
  })
  const cancel = clock.after(QUIET_MS, () => {
    isQuiet = true
    wake()
  })
  const onAbort = (): void => wake()
  signal.addEventListener('abort', onAbort)
  const isOver = (): boolean => isQuiet || signal.aborted
  return {
    isOver,
    next: async () => {
      if (!isHinted && !isOver()) await new Promise<void>((resolve) => (wake = resolve))
      isHinted = false
    },
    end: () => {
      unsubscribe()
      cancel()
      signal.removeEventListener('abort', onAbort)
    },
  }
}
