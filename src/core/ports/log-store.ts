import type { AttemptRef } from '../records/attempt.ts'

/**
 * Position from which to read a log: `cursor` is a byte offset, `tailLines` a number of lines before the end, `since` a
 * time in milliseconds since 1970. The first of them that is set applies; without any, reading begins at the start.
 */
export interface LogStart {
  readonly cursor?: number
  readonly tailLines?: number
  readonly since?: number
}

/**
 * Byte range that was removed from the middle of a log because the log exceeded its size limit: from offset `from` up
 * to, not including, `to`.
 */
export interface LogCut {
  readonly from: number
  readonly to: number
}

/**
 * Consecutive bytes of a log. `cursor` is the offset of the next byte after them; `cut` is set where the log was
 * shortened.
 */
export interface LogPage {
  readonly bytes: Uint8Array
  readonly cursor: number
  readonly cut?: LogCut
}

/**
 * Reads and removes the logs of attempts. A byte keeps its offset, even after a part of the log before it was cut out.
 */
export interface LogStore {
  /**
   * Returns at most `limitBytes` of a log from a position on, with secrets masked. A log that does not exist is empty.
   */
  read(attempt: AttemptRef, from: LogStart, limitBytes: number): Promise<LogPage>
  /** Overwrites the secrets in the log of an ended attempt. Idempotent. */
  removeSecrets(attempt: AttemptRef): Promise<void>
  /** Removes the log of an ended attempt. Does nothing where there is none. */
  remove(attempt: AttemptRef): Promise<void>
}
