import type { AttemptRef } from '../records/attempt.ts'

/**
 * Where to begin reading a log: at a byte, a number of lines before the end, or a time in milliseconds since 1970. The
 * first of the three that is set counts.
 */
export interface LogStart {
  readonly cursor?: number
  readonly tailLines?: number
  readonly since?: number
}

/** Byte range that was cut out of the middle of a log because the log exceeded its size limit. */
export interface LogCut {
  readonly from: number
  readonly to: number
}

/** Consecutive bytes of a log; `cursor` is the offset of the byte after them. */
export interface LogPage {
  readonly bytes: Uint8Array
  readonly cursor: number
  readonly cut?: LogCut
}

/** The output of attempts, by byte offsets that never change. */
export interface LogStore {
  /**
   * Returns output from a byte offset on, secrets masked, at most `limitBytes`. `tailLines` or `since` choose the
   * offset when no cursor is given. A log that does not exist is empty.
   */
  read(attempt: AttemptRef, from: LogStart, limitBytes: number): Promise<LogPage>
  /** Removes the secrets from the log of an ended attempt for good. Can be repeated. */
  removeSecrets(attempt: AttemptRef): Promise<void>
  /** Removes the log of an ended attempt. Does nothing where there is none. */
  remove(attempt: AttemptRef): Promise<void>
}
