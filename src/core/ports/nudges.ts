/**
 * Asks the engine to look at something again. A nudge carries no data: the engine reads the state from the store. A
 * lost nudge only delays work until the next resync.
 */
export interface Nudges {
  run(id: string): void
  sweep(id: string): void
  /** Lists the outputs of an ended run. */
  collection(runId: string): void
  /** Looks at the queue of all runs. */
  scheduler(): void
  /** Empties the trash and removes leftovers. */
  janitor(): void
}
