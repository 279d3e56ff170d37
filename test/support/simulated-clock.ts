import type { Clock } from '../../src/core/ports/clock.ts'

/** A clock whose time changes only by calls of `fireNext`. */
export interface SimulatedClock extends Clock {
  /** Sets the time to that of the next timer and calls its callback. Returns false if no timer is due by `until`. */
  fireNext(until?: number): boolean
}

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/**
 * Creates a clock with the time `start`, in milliseconds since 1970. Timers
 * that are due at the same time fire in the order in which they were set.
 */
export function createSimulatedClock(start: number): SimulatedClock {
  const timers = new Set<Timer>()
  let time = start

  const earliest = (): Timer | undefined => {
    let first: Timer | undefined
    for (const timer of timers) if (!first || timer.at < first.at) first = timer
    return first
  }

  return {
    now: () => time,

    after: (delayMs, callback) => {
      const timer = { at: time + Math.max(0, delayMs), callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },

    fireNext: (until = Infinity) => {
      const timer = earliest()
      if (!timer || timer.at > until) return false
      timers.delete(timer)
      time = Math.max(time, timer.at)
      timer.callback()
      return true
    },
  }
}
