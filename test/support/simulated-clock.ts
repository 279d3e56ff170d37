import type { Clock } from '../../src/core/ports/clock.ts'

/** A clock whose time passes only when a test says so. */
export interface SimulatedClock extends Clock {
  /** Jumps to the next timer that is due before `until` and fires it. Returns false if there is none. */
  fireNext(until?: number): boolean
}

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** Creates a clock that stands at `start`, in milliseconds since 1970. Timers of one moment fire in their order. */
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
