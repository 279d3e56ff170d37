import type { AttemptRef } from '../../core/records/attempt.ts'
import { attemptDir, isTagOfDirectory, ownsFolder, processTagOf, readTag } from '../../disk/attempt-dir.ts'
import { fileId, isAlive, membersOf } from './process-table.ts'
import type { Identity, ProcessEntry, Trace } from './process-table.ts'
import { PROCESS_TAG, readClaim } from './supervisor-files.ts'

/** Finds the processes of the attempts of one data directory. */
export interface AttemptProcesses {
  /**
   * Returns the identity of the supervisor that has claimed an attempt. Returns undefined if there is no claim or the
   * folder of the attempt belongs to another attempt or data directory, and null if the claim is not completely written
   * yet.
   */
  claimOf(attempt: AttemptRef): Identity | null | undefined
  /** Whether the supervisor of an attempt runs. */
  hasSupervisor(attempt: AttemptRef): boolean
  /**
   * Returns the running processes of an attempt without its supervisor. If the folder of the attempt was removed, the
   * supervisor cannot be distinguished and is included.
   */
  list(attempt: AttemptRef): ProcessEntry[]
  /**
   * Returns two signs by which all processes of an attempt are found, also those that left the session of the
   * supervisor: a variable in their process environment, and the log that they write to.
   */
  traceOf(attempt: AttemptRef): Trace
}

/**
 * Creates the search for processes of attempts. `directoryId` is the identity of the data directory, `boot` the id of
 * the current boot of the machine.
 */
export function createAttemptProcesses({
  dataDir,
  directoryId,
  boot,
}: {
  readonly dataDir: string
  readonly directoryId: string
  readonly boot: string
}): AttemptProcesses {
  const claimOf = (attempt: AttemptRef): Identity | null | undefined => {
    const dir = attemptDir(dataDir, attempt)
    return ownsFolder(attempt, dir) && isTagOfDirectory(directoryId, readTag(dir)) ? readClaim(dir) : undefined
  }

  const traceOf = (attempt: AttemptRef): Trace => {
    const dir = attemptDir(dataDir, attempt)
    const isOwn = ownsFolder(attempt, dir)
    return {
      variable: `${PROCESS_TAG}=${isOwn ? readTag(dir) : processTagOf(directoryId, attempt)}`,
      output: isOwn ? fileId(dir.log) : undefined,
    }
  }

  return {
    claimOf,
    traceOf,

    hasSupervisor: (attempt) => {
      const claim = claimOf(attempt)
      return claim ? isAlive(claim, boot) : false
    },

    list: (attempt) => {
      const dir = attemptDir(dataDir, attempt)
      if (!ownsFolder(attempt, dir)) return membersOf(undefined, traceOf(attempt))
      const claim = claimOf(attempt)
      return claim?.boot === boot ? membersOf(claim, traceOf(attempt)) : []
    },
  }
}
