/** The current time and timers. Times are milliseconds since 1970. */
export interface Clock {
  now(): number
  /** Calls back once after `delayMs`. The returned function cancels the call. */
  after(delayMs: number, callback: () => void): () => void
}
