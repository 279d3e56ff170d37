import type { MethodPlan } from '../../contract/plan.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import type { EarlierTrial, History, Suggestion } from './history.ts'

/**
 * A search algorithm: a pure function of task and history. A fresh instance that is asked the same question gives the
 * same answer bit by bit, so a crash loses nothing. An instance may remember what it has computed.
 */
export interface Method {
  /** Points the method can make at most; null when there is no end. */
  readonly size: number | null
  /** The next points, at most `count`. Fewer than asked means that no further point exists. */
  suggest(history: History, count: number): Suggestion[]
}

/** Everything a search is defined by, before anything has run. */
export interface SearchTask {
  readonly space: SearchSpace
  /** Expressions over parameters, all of which must hold. */
  readonly constraints: readonly string[]
  readonly method: MethodPlan
  /** Trials that run at once. */
  readonly concurrency: number
  readonly seed: number
  readonly earlier: readonly EarlierTrial[]
}
