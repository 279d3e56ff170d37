import { LIMITS } from '../contract/limits.ts'
import type { Event } from '../contract/events.ts'
import type { Clock, Store } from '../core/ports.ts'

/** The history as it grows, for one reader. */
export interface EventFeed {
  /** The next events after those already given, in order; waits for them, and gives none after a quiet while or once aborted. */
  next(signal: AbortSignal): Promise<Event[]>
}

const QUIET_MS = 15_000

/**
 * Follows the history from a number on. A commit is only a hint: what is given is read from the store by number, so that a
 * hint that is missed or doubled makes no hole and no repetition.
 */
export function createEventFeed({ store, clock }: { store: Store; clock: Clock }, after: number): EventFeed {
  let seq = after
  return {
    next: async (signal) => {
      const known = await read()
      if (known.length > 0 || signal.aborted) return known
      await commitOrQuiet(signal)
      return await read()
    },
  }

  async function read(): Promise<Event[]> {
    const events = await store.read.events.after(seq, LIMITS.eventsPageMax)
    seq = events.at(-1)?.seq ?? seq
    return events
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
}
