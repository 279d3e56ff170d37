import type { SweepPlan } from '../../contract/plan.ts'
import type { Measure } from '../ports.ts'
import type { SweepResult } from '../records.ts'
import type { History, Result } from '../search/history.ts'
import type { Reached } from './halving.ts'

/** The measure of the trials of a sweep; a name that no trial has for a sweep without a metric. */
export function measureOf({ objective }: Pick<SweepPlan, 'objective'>): Measure {
  return { metric: objective?.metric ?? '', part: objective?.bestBy ?? 'last' }
}

/** 1 where smaller is better, -1 where larger is: what a value is multiplied by so that smaller is better. */
export function signOf({ objective }: Pick<SweepPlan, 'objective'>): 1 | -1 {
  return objective?.optimization === 'minimize' ? 1 : -1
}

/**
 * A sweep's record as a method reads it. A trial that failed, or ended without a value, is one to avoid unless the sweep
 * ignores such trials; one that was stopped before it had a value says nothing.
 */
export function toResults(
  plan: Pick<SweepPlan, 'objective' | 'failures' | 'method'>,
  record: readonly SweepResult[],
): Result[] {
  const sign = signOf(plan)
  const isHeard = new Set<number>()
  return record.flatMap((entry): Result[] => {
    const { index, rung, phase } = entry
    const isSaid = isHeard.has(index)
    isHeard.add(index)
    if (isCut(plan, entry)) return isSaid ? [] : [{ index, value: undefined, isIgnored: true }]
    const own = valueOf(entry)
    if (own === undefined && (phase === 'stopped' || plan.failures === 'ignore'))
      return [{ index, value: undefined, isIgnored: true }]
    return [{ index, value: own === undefined ? undefined : sign * own, ...(plan.method.halving && { rung }) }]
  })
}

/** What a trial that failed had reported before is no result. */
function valueOf({ phase, value }: SweepResult): number | undefined {
  return phase === 'failed' ? undefined : (value ?? undefined)
}

/** A trial that was ended on its way to a rung has its results at the rungs it reached, and nothing to say of that one. */
function isCut({ method }: Pick<SweepPlan, 'method'>, { phase }: SweepResult): boolean {
  return method.halving !== undefined && phase === 'stopped'
}

/** The history of which so many entries of the record were known. */
export function historyAt(
  plan: Pick<SweepPlan, 'objective' | 'failures' | 'method'>,
  { trials, results }: { trials: History['trials']; results: readonly SweepResult[] },
  known: number,
): History {
  return { trials, results: toResults(plan, results.slice(0, known)) }
}

/** The record as rungs are judged by it. */
export function toReached(plan: Pick<SweepPlan, 'objective' | 'method'>, record: readonly SweepResult[]): Reached[] {
  const sign = signOf(plan)
  const takes = new Map<number, number>()
  for (const { index, take = 0 } of record) takes.set(index, Math.max(take, takes.get(index) ?? 0))
  // A trial that is run again begins at the lowest rung again.
  const latest = record.filter(({ index, take = 0 }) => take === takes.get(index))
  return latest.map((entry) => {
    const value = isCut(plan, entry) ? undefined : valueOf(entry)
    return { index: entry.index, rung: entry.rung, value: value === undefined ? undefined : sign * value }
  })
}
