import type { TrialsView } from '../../../../src/contract/charts.ts'
import type { Trial } from '../trials.ts'

/**
 * An attempt as a bar of the timeline. `n` is the number of the attempt; times are in milliseconds since 1970. `early`:
 * a person, the sweep or a rung stopped or paused the attempt; `broken`: it was interrupted from outside.
 */
export interface AttemptBar {
  readonly trial: Trial
  readonly n: number
  readonly start: number
  readonly end: number
  readonly kind: 'running' | 'finished' | 'early' | 'broken' | 'failed'
}

/** A row of the timeline. The attempts on it do not overlap in time. */
export interface Lane<T> {
  readonly items: readonly T[]
}

/** Reasons for the end of attempts that were interrupted from outside, not by their script or a person. */
const INTERRUPTED_REASONS = new Set(['Preempted', 'Lost', 'NodeLost', 'Restored'])

/**
 * Returns a bar for each attempt of the given trials. The bar of an attempt that has not ended reaches to `now`, in
 * milliseconds since 1970.
 */
export function toAttemptBars({ attempts }: TrialsView, trials: readonly Trial[], now: number): AttemptBar[] {
  const byIndex = new Map(trials.map((trial) => [trial.index, trial]))

  return attempts.index.flatMap((index, i): AttemptBar[] => {
    const trial = byIndex.get(index)
    if (!trial) return []

    const endedAt = attempts.endedAt[i]!
    return [
      {
        trial,
        n: attempts.n[i]!,
        start: Date.parse(attempts.startedAt[i]!),
        end: endedAt === null ? now : Date.parse(endedAt),
        kind: endedAt === null ? 'running' : kindOf(attempts.reason[i]!),
      },
    ]
  })
}

/** Returns the kind of bar for an attempt that has ended, from the reason of its end. */
function kindOf(reason: string | null): AttemptBar['kind'] {
  if (reason === null) return 'failed'
  if (INTERRUPTED_REASONS.has(reason)) return 'broken'
  if (reason === 'Completed') return 'finished'
  return reason === 'RungReached' || reason === 'Paused' || reason.startsWith('Stopped') ? 'early' : 'failed'
}

/** Puts attempts on as few rows as possible, each on the first row that is free at its start. */
export function toLanes<T extends { readonly start: number; readonly end: number }>(attempts: readonly T[]): Lane<T>[] {
  const lanes: { items: T[]; until: number }[] = []
  for (const attempt of attempts.toSorted((a, b) => a.start - b.start)) {
    const free = lanes.find(({ until }) => until <= attempt.start)
    if (free) {
      free.items.push(attempt)
      free.until = attempt.end
    } else lanes.push({ items: [attempt], until: attempt.end })
  }
  return lanes
}
