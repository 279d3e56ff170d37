import { isSweepEnded } from '../../../../src/contract/phases.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { countEnded } from './sweep-counts.ts'

/** Seconds since a sweep was created, until its end or `now` (milliseconds since 1970). */
export function wallSecondsOf({ createdAt, endedAt }: Pick<SweepView, 'createdAt' | 'endedAt'>, now: number): number {
  return ((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(createdAt)) / 1000
}

/**
 * Estimates the seconds until the end of a sweep, from the mean running time of its ended trials. Undefined for a sweep
 * that has ended, has no last trial, or of which no trial has ended.
 */
export function secondsLeftOf(
  sweep: Pick<SweepView, 'phase' | 'counts' | 'trials' | 'concurrency' | 'runSeconds'>,
): number | undefined {
  const { phase, trials, concurrency, runSeconds } = sweep
  const endedCount = countEnded(sweep)
  if (isSweepEnded(phase) || endedCount === 0 || trials === null) return undefined

  return ((trials - endedCount) * (runSeconds / endedCount)) / concurrency
}
