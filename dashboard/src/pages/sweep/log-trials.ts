import type { Trial } from '../../charts/trials.ts'

/** Largest number of trials, the latest ones, that a person can choose from. */
const OFFERED_MAX = 500

/** Returns the trials that have begun. Other trials have no log. */
export function startedTrials(trials: readonly Trial[]): Trial[] {
  return trials.filter(({ startedAt }) => startedAt !== null)
}

/**
 * Returns the trial whose log is shown: the one whose run has the number `requested` (from the address), else the
 * latest running one, else the best, else the last. Undefined if no trial has begun.
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

/**
 * Returns the trials that a person can choose from: the latest ones, newest first. `chosen` comes first if it is older.
 */
export function offeredTrials(started: readonly Trial[], chosen: Trial): Trial[] {
  const latest = started.slice(-OFFERED_MAX).toReversed()
  return latest.includes(chosen) ? latest : [chosen, ...latest]
}
