import type { SweepPlan } from '../../contract/plan.ts'
import type { Measure } from '../ports/trial-store.ts'
import type { SweepResult } from '../records/sweep.ts'
import type { History, Result } from '../search/history.ts'
import type { Reached } from './halving.ts'

/**
 * Returns the number by which a sweep compares its trials. For a sweep without a metric, its metric is the empty name,
 * which no trial reports.
 */
export function measureOf({ objective }: Pick<SweepPlan, 'objective'>): Measure {
  return { metric: objective?.metric ?? '', part: objective?.bestBy ?? 'last' }
}

/**
 * Returns the factor by which values are multiplied so that smaller is better: 1 where the metric is minimised, -1
 * where it is maximised.
 */
export function signOf({ objective }: Pick<SweepPlan, 'objective'>): 1 | -1 {
  return objective?.optimization === 'minimize' ? 1 : -1
}

/**
 * Converts the recorded results of a sweep into results for a method. A trial that failed, or ended without a value,
 * gets a result without a value, which methods avoid; the result is ignored if the plan says so, or if the trial was
 * stopped.
 */
export function toResults(
  plan: Pick<SweepPlan, 'objective' | 'failures' | 'method'>,
  record: readonly SweepResult[],
): Result[] {
  const sign = signOf(plan)
  const seenIndices = new Set<number>()
  return record.flatMap((entry): Result[] => {
    const { index, rung, phase } = entry
    const hasEarlierResult = seenIndices.has(index)
    seenIndices.add(index)
    if (isStoppedBeforeRung(plan, entry)) return hasEarlierResult ? [] : [{ index, value: undefined, isIgnored: true }]
    const own = valueOf(entry)
    if (own === undefined && (phase === 'stopped' || plan.failures === 'ignore'))
      return [{ index, value: undefined, isIgnored: true }]
    return [{ index, value: own === undefined ? undefined : sign * own, ...(plan.method.halving && { rung }) }]
  })
}

/** Returns the value of a recorded result; undefined if there is none. The value of a failed trial does not count. */
function valueOf({ phase, value }: SweepResult): number | undefined {
  return phase === 'failed' ? undefined : (value ?? undefined)
}

/**
 * Whether a trial of a halving sweep was stopped on its way to a rung. The value that it reported until then is not its
 * value at that rung.
 */
function isStoppedBeforeRung({ method }: Pick<SweepPlan, 'method'>, { phase }: SweepResult): boolean {
  return method.halving !== undefined && phase === 'stopped'
}

/** Returns the history as it was after the first `resultCount` recorded results. */
export function historyAt(
  plan: Pick<SweepPlan, 'objective' | 'failures' | 'method'>,
  { trials, results }: { trials: History['trials']; results: readonly SweepResult[] },
  resultCount: number,
): History {
  return { trials, results: toResults(plan, results.slice(0, resultCount)) }
}

/** Converts the recorded results of a sweep into the values at rungs by which promotions are decided. */
export function toReached(plan: Pick<SweepPlan, 'objective' | 'method'>, record: readonly SweepResult[]): Reached[] {
  const sign = signOf(plan)
  const takes = new Map<number, number>()
  for (const { index, rerunCount = 0 } of record) takes.set(index, Math.max(rerunCount, takes.get(index) ?? 0))
  // A trial that is run again begins at the lowest rung again. Only the results of its latest run count.
  const latest = record.filter(({ index, rerunCount = 0 }) => rerunCount === takes.get(index))
  return latest.map((entry) => {
    const value = isStoppedBeforeRung(plan, entry) ? undefined : valueOf(entry)
    return { index: entry.index, rung: entry.rung, value: value === undefined ? undefined : sign * value }
  })
}
