import type { AutoReasonCode } from '../../../contract/messages/messages.ts'
import type { MethodName } from '../../../contract/plan.ts'
import type { SearchSpace } from '../../../contract/search-space.ts'
import type { Codec } from '../codec.ts'
import { spaceSize } from '../space.ts'

/** The method that `auto` chose, and why. */
export interface AutoChoice {
  readonly method: Extract<MethodName, 'random' | 'sobol' | 'tpe' | 'bo'>
  /** Code of the reason; `contract/messages` has the sentence. */
  readonly reason: AutoReasonCode
}

/** Number of trials assumed if the document sets no budget. */
const BUDGET_DEFAULT = 200
/** Budgets up to this many trials are too small for a model. */
const MODELLESS_TRIALS_MAX = 20
/** Batches of concurrent trials that a model needs. */
const BATCHES_MIN = 3
/** Limits of the Gaussian process: categories of one parameter, and number of dimensions. */
const CATEGORIES_MAX = 30
const DIMENSIONS_MAX = 60

/** Chooses the method for a space and a budget. docs/search.md lists the conditions. */
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
