import type { MethodPlan } from '../../../contract/plan.ts'
import type { SearchSpace } from '../../../contract/search-space.ts'
import type { EarlierTrial, History, Suggestion } from '../history.ts'

/**
 * A search algorithm. Its suggestions depend only on the task and the history: a new instance returns bit by bit the
 * same points for the same history, for example after a crash. An instance may cache intermediate results.
 */
export interface Method {
  /** Largest number of points that the method can suggest; null if there is no limit or it is not known in advance. */
  readonly pointsMax: number | null
  /** Returns the next points, at most `count`. Returns fewer if no further point exists or can be found. */
  suggest(history: History, count: number): Suggestion[]
}

/** The complete input of a search apart from its history. */
export interface SearchTask {
  readonly space: SearchSpace
  /** Expressions over parameters. A point is allowed only if all of them hold. */
  readonly constraints: readonly string[]
  readonly method: MethodPlan
  /** Number of trials that run at the same time. */
  readonly concurrency: number
  readonly seed: number
  /** Finished trials of earlier sweeps, used as data from the start. */
  readonly earlier: readonly EarlierTrial[]
}
