import type { SweepPlan } from '../../contract/plan.ts'
import type { EarlierTrial } from './history.ts'
import type { SearchTask } from './methods/method.ts'

/**
 * Returns the search task of a sweep. `trialsMax` is the budget, which may have been changed after the document was
 * compiled; default: that of the plan.
 */
export function toTask(
  { space, constraints, method, concurrency }: Pick<SweepPlan, 'space' | 'constraints' | 'method' | 'concurrency'>,
  {
    seed,
    trialsMax = method.trialsMax,
    earlier = [],
  }: { seed: number; trialsMax?: number | null; earlier?: readonly EarlierTrial[] },
): SearchTask {
  return { space, constraints, concurrency, seed, earlier, method: { ...method, trialsMax } }
}
