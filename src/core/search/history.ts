import type { ValueMap } from '../../contract/values.ts'

/** What became of one trial. Values are turned so that smaller is better; a failed trial has none. */
export interface Result {
  readonly index: number
  /** Undefined for a trial that failed. */
  readonly value: number | undefined
}

/** Everything a method may know. Trials with a point and no result are running, and count as such. */
export interface History {
  /** Points by trial index. */
  readonly points: readonly ValueMap[]
  /** In the order in which they became known. */
  readonly results: readonly Result[]
}

export const EMPTY_HISTORY: History = { points: [], results: [] }
