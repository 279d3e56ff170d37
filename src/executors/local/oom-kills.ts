import { readFileSync, writeFileSync } from 'node:fs'

import type { AttemptDir } from '../../disk/attempt-dir.ts'
import { readPlainText } from '../../disk/plain-file.ts'

/**
 * Kernel file whose line `oom_kill` contains the number of processes on this machine that Linux killed because memory
 * ran out. `noteOomKills` saves the number before the command starts. The supervisor adds the later number to the exit
 * record if the command ended by SIGKILL. If the number grew, the attempt counts as killed for memory.
 */
const COUNTERS = '/proc/vmstat'

/**
 * Writes the current number of kills (see `COUNTERS`) to the attempt's folder. Writes nothing where the system does not
 * provide the number.
 */
export function noteOomKills({ oomKills }: Pick<AttemptDir, 'oomKills'>): void {
  const count = countOomKills()
  if (count !== undefined) writeFileSync(oomKills, count, { mode: 0o600 })
}

/** Returns the number that `noteOomKills` wrote before the command started; undefined if the number was not written. */
export function readOomKills({ oomKills }: Pick<AttemptDir, 'oomKills'>): number | undefined {
  const text = readPlainText(oomKills)
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

function countOomKills(): string | undefined {
  try {
    return /^oom_kill (\d+)$/m.exec(readFileSync(COUNTERS, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}
