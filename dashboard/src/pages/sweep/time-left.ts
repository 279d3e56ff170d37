import { isSweepEnded } from '../../../../src/contract/phases.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { countEnded } from './sweep-counts.ts'

/**
 * Returns the seconds from the creation of a sweep until its end; for one that has
 * not ended, until `now` (milliseconds since 1970).
 */
export function wallSecondsOf({ createdAt, endedAt }: Pick<SweepView, 'createdAt' | 'endedAt'>, now: number): number {
  return ((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(createdAt)) / 1000
}

/**
 * Estimates the seconds until the end of a sweep, from the mean running time of its ended trials. Undefined if the
 * sweep has ended, if its number of trials has no limit, or if none of its trials has ended.
 */
export function secondsLeftOf(
  sweep: Pick<SweepView, 'phase' | 'counts' | 'trials' | 'concurrency' | 'runSeconds'>,
): number | undefined {
  const { phase, trials, concurrency, runSeconds } = sweep
  const endedCount = countEnded(sweep)
  if (isSweepEnded(phase) || endedCount === 0 || trials === null) return undefined

  return ((trials - endedCount) * (runSeconds / endedCount)) / concurrency
}
