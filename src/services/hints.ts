/** Tells the engine that something may have changed. A lost hint costs time, never truth. */
export interface Hints {
  run(id: string): void
  sweep(id: string): void
  scheduler(): void
  janitor(): void
}
