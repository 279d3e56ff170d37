import type { SweepPlan } from '../../contract/plan.ts'
import type { EarlierTrial } from './history.ts'
import type { SearchTask } from './method.ts'

/** The search of a sweep. `trialsMax` is its budget where that is no longer the document's. */
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
