import type { ValueMap } from '../../contract/values.ts'

/** Where a point came from: a person, the record of another sweep, or one of the ways to choose. */
export type Source = 'given' | 'grid' | 'random' | 'sobol' | 'centre' | 'gaussian' | 'restart' | 'density' | 'evolution'

export interface Suggestion {
  readonly point: ValueMap
  readonly source: Source
}

/** What became of one trial. Values are turned so that smaller is better. */
export interface Result {
  readonly index: number
  /** Undefined for a trial that failed. */
  readonly value: number | undefined
  /** It has ended, and nothing is to be learned from it. */
  readonly isIgnored?: true
  /** The rung it was reached at, where trials are given more of a resource step by step; absent: all are alike. */
  readonly rung?: number
}

/** Everything a method may know. Trials that have no result are running, and count as such. */
export interface History {
  /** By trial index. */
  readonly trials: readonly Suggestion[]
  /** In the order in which they became known. A later result of a trial replaces the one before. */
  readonly results: readonly Result[]
}

/** A trial of another sweep over the same space, known before this one begins. Its value is turned likewise. */
export interface EarlierTrial {
  readonly point: ValueMap
  readonly value: number
}
