import type { MethodPlan, SweepPlan } from '../../contract/plan.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import type { ValueMap } from '../../contract/values.ts'
import { createGrid } from './grid.ts'
import type { Method } from './method.ts'
import { createRandom } from './random.ts'

type Factory = (space: SearchSpace, trialsMax: number | null, seed: number) => Method

/** The only list of methods that exist; a name without a factory is known to the language and refused by `run`. */
const METHODS: Record<MethodPlan['name'], Factory | null> = {
  grid: createGrid,
  random: createRandom,
  hyperband: null,
  bo: null,
}

export function isMethodBuilt(name: MethodPlan['name']): boolean {
  return METHODS[name] !== null
}

/** The method of a plan, undefined while it is not built. */
export function createMethod(plan: Pick<SweepPlan, 'method' | 'space'>, seed: number): Method | undefined {
  return METHODS[plan.method.name]?.(plan.space, plan.method.trialsMax, seed)
}

/** The first points of a sweep; a method that is not built shows random ones. */
export function firstPoints(plan: Pick<SweepPlan, 'method' | 'space'>, seed: number, count: number): ValueMap[] {
  const method = createMethod(plan, seed) ?? createRandom(plan.space, plan.method.trialsMax, seed)
  return method.suggest(0, count)
}
