import type { Clock } from '../core/ports/clock.ts'
import type { Logger } from '../core/ports/logger.ts'

// Node fires a timer with a longer delay at once.
const TIMER_MAX_MS = 2 ** 31 - 1

/** Creates the clock of the process. A timer callback that throws is logged and does not end the server. */
export function createClock(log: Logger): Clock {
  return {
    now: () => Date.now(),
    after: (delayMs, callback) => {
      const work = (): void => {
        try {
          callback()
        } catch (error) {
          log.error({ err: error }, 'a timer failed')
        }
      }
      const timer = setTimeout(work, Math.min(Math.max(0, delayMs), TIMER_MAX_MS))
      return () => clearTimeout(timer)
    },
  }
}
