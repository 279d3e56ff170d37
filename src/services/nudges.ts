/** Nudges of the engine: each asks it to look at something again. A lost nudge only delays work. */
export interface Nudges {
  run(id: string): void
  sweep(id: string): void
  scheduler(): void
  janitor(): void
}
