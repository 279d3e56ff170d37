/** Source of the current time, in milliseconds since 1970, and of timers. */
export interface Clock {
  now(): number
  /** Calls `callback` once after `delayMs`. Returns a function that cancels the call. */
  after(delayMs: number, callback: () => void): () => void
}
