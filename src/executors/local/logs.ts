import { rmSync } from 'node:fs'

import type { LogStore } from '../../core/ports/log-store.ts'
import { attemptDir, ownsFolder } from './attempt-dir.ts'
import type { AttemptDir } from './attempt-dir.ts'
import { readLogCut } from './log-limit.ts'
import { maskFile, readMasked } from './masking.ts'
import { createReferences, readReceivedSecrets } from './references.ts'

/** Creates the store of the logs in a data directory: a file for each attempt. Secrets are masked as it is read. */
export function createLocalLogs(dataDir: string): LogStore {
  const references = createReferences(dataDir)

  /** Returns the secrets that may occur in an attempt's log. */
  const secretsIn = (dir: AttemptDir): string[] => references.secrets(readReceivedSecrets(dir.secrets))

  return {
    read: async (attempt, from, limitBytes) => {
      const dir = attemptDir(dataDir, attempt)
      if (!ownsFolder(attempt, dir)) return { bytes: new Uint8Array(), cursor: 0 }
      return await readMasked(dir, from, { limitBytes, secrets: secretsIn(dir) })
    },

    removeSecrets: async (attempt) => {
      const dir = attemptDir(dataDir, attempt)
      if (!ownsFolder(attempt, dir)) return
      await maskFile(dir.log, secretsIn(dir), readLogCut(dir))
      rmSync(dir.secrets, { force: true })
    },
  }
}
