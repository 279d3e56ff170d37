import type { ValueMap } from '../../contract/values.ts'

/**
 * A search algorithm: a pure function of space, settings, seed and history. A fresh instance that is asked the same
 * question gives the same answer, so a crash loses nothing. An instance may remember what it has computed.
 */
export interface Method {
  /** Points the method can make at most; null when there is no end. */
  readonly size: number | null
  /**
   * Points of the trials `from`, `from + 1`, …, at most `count`. Fewer than asked means that no further point exists.
   */
  suggest(from: number, count: number): ValueMap[]
}
