import type { AutoReasonCode } from '../../contract/messages/messages.ts'
import type { MethodName } from '../../contract/plan.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import type { Codec } from './codec.ts'
import { spaceSize } from './space.ts'

export interface AutoChoice {
  readonly method: Extract<MethodName, 'random' | 'sobol' | 'tpe' | 'bo'>
  /** The sentences are in `contract/messages`. */
  readonly reason: AutoReasonCode
}

/** What a budget is taken to be where the document names none. */
const BUDGET_DEFAULT = 200
const MODEL_TRIALS_MIN = 20
const BATCHES_MIN = 3
const CATEGORIES_MAX = 30
const DIMENSIONS_MAX = 60

/** The method for a space and a budget. */
export function chooseMethod(
  space: SearchSpace,
  codec: Codec,
  { trialsMax, concurrency }: { trialsMax: number | null; concurrency: number },
): AutoChoice {
  const budget = trialsMax ?? BUDGET_DEFAULT
  const points = spaceSize(space)
  if (points !== undefined && points <= BigInt(budget)) return { method: 'random', reason: 'space_small' }
  if (budget <= MODEL_TRIALS_MIN || budget < BATCHES_MIN * concurrency)
    return { method: 'sobol', reason: 'budget_small' }
  if (codec.dimensions.some(({ categories }) => categories > CATEGORIES_MAX))
    return { method: 'tpe', reason: 'categories_many' }
  if (codec.dimensions.length > DIMENSIONS_MAX) return { method: 'tpe', reason: 'dimensions_many' }
  return { method: 'bo', reason: 'model' }
}
