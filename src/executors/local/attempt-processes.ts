import type { AttemptRef } from '../../core/records/attempt.ts'
import { attemptDir, isTagOfDirectory, ownsFolder, processTagOf, readTag } from '../../disk/attempt-dir.ts'
import { fileId, isAlive, membersOf } from './process-table.ts'
import type { Identity, ProcessEntry, Trace } from './process-table.ts'
import { PROCESS_TAG, readClaim } from './supervisor-files.ts'

/** Finds the processes of the attempts of one data directory. */
export interface AttemptProcesses {
  /**
   * Returns the supervisor that claimed an attempt of this data directory: undefined for any other attempt and without
   * a claim, null for a claim that is not written completely yet.
   */
  claimOf(attempt: AttemptRef): Identity | null | undefined
  /** Whether the supervisor of an attempt runs. */
  hasSupervisor(attempt: AttemptRef): boolean
  /**
   * Returns the running processes of an attempt except its supervisor. The supervisor is included where the folder of
   * the attempt was removed.
   */
  list(attempt: AttemptRef): ProcessEntry[]
  /** Returns the traces by which the processes of an attempt are found, also those that left its session. */
  traceOf(attempt: AttemptRef): Trace
}

/**
 * Creates the search for processes of attempts. `directoryId` is the identity of the data directory, `boot` that of the
 * running system.
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
