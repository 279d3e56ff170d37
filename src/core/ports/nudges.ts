/**
 * Nudges of the engine: each method asks it to look again at one thing soon. A nudge carries no state: the engine reads
 * the state from the store. A lost nudge only delays work until the next resync.
 */
export interface Nudges {
  run(id: string): void
  sweep(id: string): void
  /** Asks for the outputs of an ended run to be listed, and for secrets to be removed from its logs. */
  collection(runId: string): void
  /** Asks for the queue to be examined for runs that can start. */
  scheduler(): void
  /** Asks for a round of clean-up: trash, unused code and environments, old working copies. */
  janitor(): void
}
