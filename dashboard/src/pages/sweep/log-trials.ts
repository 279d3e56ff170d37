import type { Trial } from '../../charts/trials.ts'

/** Number of latest trials that a person can choose from. */
const OFFERED_MAX = 500

/** Trials that have begun, and so may have a log. */
export function startedTrials(trials: readonly Trial[]): Trial[] {
  return trials.filter(({ startedAt }) => startedAt !== null)
}

/**
 * Returns the trial whose log is shown: the one with the number in the address (`requested`), else the latest running
 * one, else the best, else the last. Undefined where no trial has begun.
 */
export function logTrialOf(
  started: readonly Trial[],
  { requested, best }: { readonly requested: string | null; readonly best: Trial | undefined },
): Trial | undefined {
  return (
    started.find(({ number }) => String(number) === requested) ??
    started.findLast(({ phase }) => phase === 'running') ??
    best ??
    started.at(-1)
  )
}

/** Returns the trials that a person can choose from: the latest ones, newest first, and the chosen one. */
export function offeredTrials(started: readonly Trial[], chosen: Trial): Trial[] {
  const latest = started.slice(-OFFERED_MAX).toReversed()
  return latest.includes(chosen) ? latest : [chosen, ...latest]
}
