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
      let isQuiet = false
      const cancel = clock.after(QUIET_MS, () => (isQuiet = true))
      try {
        for (;;) {
          const events = await store.read.events.after(seq, LIMITS.eventsPageMax)
          seq = events.at(-1)?.seq ?? seq
          if (events.length > 0 || isQuiet || signal.aborted) return events
          await commitOrQuiet(signal)
          await pause(LOOK_EVERY_MS)
        }
      } finally {
        cancel()
      }
    },
  }

  async function commitOrQuiet(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        unsubscribe()
        cancel()
        signal.removeEventListener('abort', finish)
        resolve()
      }
      const unsubscribe = store.onCommit(finish)
      const cancel = clock.after(QUIET_MS, finish)
      signal.addEventListener('abort', finish)
    })
  }

  async function pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => void clock.after(ms, resolve))
  }
}
