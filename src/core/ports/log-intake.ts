import type { AttemptRef } from '../records/attempt.ts'

/**
 * Receives the output of attempts from the executor that runs them. `LogStore` is the other side: it reads the logs.
 */
export interface LogIntake {
  /**
   * Opens the log of an attempt for its processes and returns a file descriptor, which the caller closes. Processes
   * that inherit it may append at any time, also while no server runs. `secrets` are the secret values that the
   * processes receive: they are masked wherever the log is read. Can be repeated.
   */
  open(attempt: AttemptRef, secrets: readonly string[]): number
  /**
   * Keeps the log of a running attempt within its size limit, and records from time to time how long it is, for reads
   * by time. Can be repeated.
   */
  keep(attempt: AttemptRef): void
  /** Ends `keep` and brings the log within its limit. The attempt has ended. Can be repeated. */
  close(attempt: AttemptRef): Promise<void>
}
