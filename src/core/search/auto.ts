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
const DIMENSIONS_MAX = 40
/** Share of parameters that are absent in a typical trial above which a process has too little in common. */
const IDLE_SHARE_MAX = 1 / 3 + 1e-9

/** The method for a space and a budget. */
export function chooseMethod(space: SearchSpace, codec: Codec, { trialsMax, concurrency }: { trialsMax: number | null; concurrency: number }): AutoChoice {
  const budget = trialsMax ?? BUDGET_DEFAULT
  const points = spaceSize(space)
  if (points !== undefined && points <= BigInt(budget)) return { method: 'random', reason: 'space_small' }
  if (budget <= MODEL_TRIALS_MIN || budget < BATCHES_MIN * concurrency) return { method: 'sobol', reason: 'budget_small' }
  if (idleShare(space) > IDLE_SHARE_MAX) return { method: 'tpe', reason: 'space_conditional' }
  if (codec.dimensions.some(({ categories }) => categories > CATEGORIES_MAX)) return { method: 'tpe', reason: 'categories_many' }
  if (codec.dimensions.length > DIMENSIONS_MAX) return { method: 'tpe', reason: 'dimensions_many' }
  return { method: 'bo', reason: 'model' }
}

/** Share of the parameters that a trial lacks on average, taking each value of a condition's parameter as equally likely. */
function idleShare(space: SearchSpace): number {
  const byName = new Map(space.map((axis) => [axis.name, axis]))
  const activity = (name: string): number => {
    const axis = byName.get(name)!
    if (!axis.when) return 1
    const parent = byName.get(axis.when.name)!
    const values = parent.kind === 'values' || parent.kind === 'pvalues' ? parent.values.length : 2 * axis.when.in.length
    return activity(parent.name) * Math.min(1, axis.when.in.length / values)
  }
  return 1 - space.reduce((sum, { name }) => sum + activity(name), 0) / space.length
}
