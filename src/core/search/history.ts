import type { ValueMap } from '../../contract/values.ts'

/** How a point was chosen: given by the user (`given`) or by one of the parts of a search. */
export type Source = 'given' | 'grid' | 'random' | 'sobol' | 'centre' | 'gaussian' | 'restart' | 'density' | 'evolution'

/** A point to try, and how it was chosen. */
export interface Suggestion {
  readonly point: ValueMap
  readonly source: Source
}

/** The outcome of one trial. Smaller values are better: the value of a metric to be maximised is negated. */
export interface Result {
  readonly index: number
  /** Undefined for a trial that failed. */
  readonly value: number | undefined
  /** The trial ended without a usable outcome. It counts neither as finished nor as failed. */
  readonly isIgnored?: true
  /** Index of the rung at which the value was measured; 0 is the lowest. Absent for methods without rungs. */
  readonly rung?: number
}

/** The trials and results of a search so far. A trial without a result is still running. */
export interface History {
  /** All trials made so far, by trial index. */
  readonly trials: readonly Suggestion[]
  /** In order of arrival. A later result of a trial replaces its earlier one. */
  readonly results: readonly Result[]
}

/** A trial of an earlier sweep, used as data from the start. Smaller values are better, as in `Result`. */
export interface EarlierTrial {
  readonly point: ValueMap
  readonly value: number
}
