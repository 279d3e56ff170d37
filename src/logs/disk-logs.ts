import { constants, openSync, rmSync } from 'node:fs'

import type { LogIntake } from '../core/ports/log-intake.ts'
import type { LogStore } from '../core/ports/log-store.ts'
import type { AttemptRef } from '../core/records/attempt.ts'
import { attemptDir, createAttemptDir, isAttemptFolder, ownsFolder, processTagOf } from '../disk/attempt-dir.ts'
import type { AttemptDir } from '../disk/attempt-dir.ts'
import { createReferences, readReceivedSecrets, writeReceivedSecrets } from '../disk/references.ts'
import { createLogKeeper } from './log-keeper.ts'
import type { LogKeeperOptions } from './log-keeper.ts'
import { readLogCut } from './log-limit.ts'
import { maskFile, readMasked } from './masking.ts'

/** Inputs of `createDiskLogs`. */
export interface DiskLogsOptions extends LogKeeperOptions {
  /** Identity of the data directory, part of the tags of attempts (`processTagOf`). */
  readonly directoryId: string
}

/** Logs in files. Disposal stops the timers that limit the sizes of logs. */
export interface DiskLogs extends LogStore, LogIntake, Disposable {}

/**
 * Creates the logs in a data directory, one file for each attempt. Secrets are masked in every page that is read, and
 * in the file itself by `removeSecrets`.
 */
export function createDiskLogs(options: DiskLogsOptions): DiskLogs {
  const { dataDir, directoryId } = options
  const references = createReferences(dataDir)
  const keeper = createLogKeeper(options)

  /** Returns the paths of an attempt; undefined where it has no folder, as for a script that was started by hand. */
  const findDir = (attempt: AttemptRef): AttemptDir | undefined => {
    if (!isAttemptFolder(attempt.name)) return undefined
    const dir = attemptDir(dataDir, attempt)
    return ownsFolder(attempt, dir) ? dir : undefined
  }

  /** Returns the secrets that may occur in an attempt's log: those that the attempt received and those stored now. */
  const secretsIn = (dir: AttemptDir): string[] => references.secrets(readReceivedSecrets(dir.secrets))

  return {
    open: (attempt, secrets) => {
      const dir = createAttemptDir(dataDir, attempt, processTagOf(directoryId, attempt))
      writeReceivedSecrets(dir.secrets, secrets)
      return openSync(dir.log, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o600)
    },

    keep: (attempt) => keeper.add(attempt),

    close: async (attempt) => {
      keeper.remove(attempt.id)
      await keeper.limit(attempt)
    },

    read: async (attempt, from, limitBytes) => {
      const dir = findDir(attempt)
      if (!dir) return { bytes: new Uint8Array(), cursor: 0 }
      return await readMasked(dir, from, { limitBytes, secrets: secretsIn(dir) })
    },

    removeSecrets: async (attempt) => {
      const dir = findDir(attempt)
      if (!dir) return
      await maskFile(dir.log, secretsIn(dir), readLogCut(dir))
      rmSync(dir.secrets, { force: true })
    },

    remove: async (attempt) => {
      keeper.remove(attempt.id)
      const dir = findDir(attempt)
      if (!dir) return
      for (const path of [dir.log, dir.logIndex, dir.logCut, dir.secrets])
        rmSync(path, { recursive: true, force: true })
    },

    [Symbol.dispose]: () => keeper[Symbol.dispose](),
  }
}
