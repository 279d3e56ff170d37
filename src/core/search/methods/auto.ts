import type { AutoReasonCode } from '../../../contract/messages/messages.ts'
import type { MethodName } from '../../../contract/plan.ts'
import type { SearchSpace } from '../../../contract/search-space.ts'
import type { Codec } from '../codec.ts'
import { spaceSize } from '../space.ts'

/** The method that `auto` chose, and why. */
export interface AutoChoice {
  readonly method: Extract<MethodName, 'random' | 'sobol' | 'tpe' | 'bo'>
  /** Code of the reason for the choice; `contract/messages` has its sentence. */
  readonly reason: AutoReasonCode
}

/** Budget, in trials, that is assumed if the document sets none. */
const BUDGET_DEFAULT = 200
/** Largest budget, in trials, that is too small for a model. */
const MODELLESS_TRIALS_MAX = 20
/**
 * Smallest ratio of budget to concurrency for a model, which can learn from one batch of concurrent trials only for the
 * next.
 */
const BATCHES_MIN = 3
/** Largest number of categories of one parameter, and of dimensions, for the Gaussian process. */
const CATEGORIES_MAX = 30
const DIMENSIONS_MAX = 60

/** Chooses the search method for a space and a budget. docs/search.md lists the conditions. */
export function chooseMethod(
  space: SearchSpace,
  codec: Codec,
  { trialsMax, concurrency }: { trialsMax: number | null; concurrency: number },
): AutoChoice {
  const budget = trialsMax ?? BUDGET_DEFAULT
  const points = spaceSize(space)
  if (points !== undefined && points <= BigInt(budget)) return { method: 'random', reason: 'space_small' }
  if (budget <= MODELLESS_TRIALS_MAX || budget < BATCHES_MIN * concurrency)
    return { method: 'sobol', reason: 'budget_small' }
  if (codec.dimensions.some(({ categories }) => categories > CATEGORIES_MAX))
    return { method: 'tpe', reason: 'categories_many' }
  if (codec.dimensions.length > DIMENSIONS_MAX) return { method: 'tpe', reason: 'dimensions_many' }
  return { method: 'bo', reason: 'model' }
}
