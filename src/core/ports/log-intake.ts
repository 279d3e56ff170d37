import type { AttemptRef } from '../records/attempt.ts'

/** Receives the output of attempts from the executor that runs them. The logs are read through `LogStore`. */
export interface LogIntake {
  /**
   * Opens the log of an attempt and returns a file descriptor, which the caller closes. Processes that inherit the
   * descriptor may append to the log at any time, also while no server runs. `secrets` are the secret values that these
   * processes receive; `LogStore` masks them. Idempotent.
   */
  open(attempt: AttemptRef, secrets: readonly string[]): number
  /**
   * Starts to keep the log of a running attempt below its size limit, and to record its length from time to time;
   * `LogStore.read` uses these records to find the position for a time. Idempotent.
   */
  keep(attempt: AttemptRef): void
  /** Ends what `keep` started and cuts the log to its size limit. Called after the attempt has ended. Idempotent. */
  close(attempt: AttemptRef): Promise<void>
}
