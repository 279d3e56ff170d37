import { readFileSync, writeFileSync } from 'node:fs'

import type { AttemptDir } from '../../disk/attempt-dir.ts'
import { readPlainText } from '../../disk/plain-file.ts'

/**
 * Linux counts the processes that it killed because memory ran out. An attempt that ended by SIGKILL while that number
 * grew was killed for memory. The number is written before the command starts, and the supervisor adds the number at
 * the end to the exit record.
 */
const COUNTERS = '/proc/vmstat'

/** Writes the present number of kills to the attempt's folder; nothing on a system that does not count them. */
export function noteOomKills({ oomKills }: Pick<AttemptDir, 'oomKills'>): void {
  const count = countOomKills()
  if (count !== undefined) writeFileSync(oomKills, count, { mode: 0o600 })
}

/** Returns the number of kills before the command of an attempt started; undefined where it is unknown. */
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
