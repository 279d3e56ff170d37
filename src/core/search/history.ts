import type { ValueMap } from '../../contract/values.ts'

/**
 * How a point was chosen: `given` by the user, or by the named part of a search. `centre`: middle of the space;
 * `gaussian`: Gaussian process; `restart`: a restart of that search; `density`: tree-structured Parzen estimator;
 * `evolution`: CMA-ES.
 */
export type Source = 'given' | 'grid' | 'random' | 'sobol' | 'centre' | 'gaussian' | 'restart' | 'density' | 'evolution'

/** A point to try, and how it was chosen. */
export interface Suggestion {
  readonly point: ValueMap
  readonly source: Source
}

/**
 * The result of one trial, or of one rung of a trial. A smaller value is better: values of a metric to be maximised are
 * negated.
 */
export interface Result {
  readonly index: number
  /** Undefined for a trial that failed. */
  readonly value: number | undefined
  /**
   * Set where the trial ended without a usable value, for example because a person stopped it. Such a trial counts
   * neither as finished nor as failed.
   */
  readonly isIgnored?: true
  /** Index of the rung at which the value was measured; 0 is the lowest. Absent for methods without rungs. */
  readonly rung?: number
}

/** The trials and results of a search so far. A trial without a result counts as running. */
export interface History {
  /** All trials made so far, by trial index. */
  readonly trials: readonly Suggestion[]
  /** Results in order of arrival. A later result of a trial replaces its earlier one. */
  readonly results: readonly Result[]
}

/** A finished trial of an earlier sweep, used as data from the start. A smaller value is better, as in `Result`. */
export interface EarlierTrial {
  readonly point: ValueMap
  readonly value: number
}
