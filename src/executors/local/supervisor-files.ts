import { statSync } from 'node:fs'

import type { AttemptDir } from '../../disk/attempt-dir.ts'
import { readPlainText } from '../../disk/plain-file.ts'
import type { Identity } from './process-table.ts'

/**
 * Returns the identity of the supervisor that claimed an attempt by creating its file `claim`; undefined if there is no
 * claim, null if the claim is only partly written.
 */
export function readClaim({ claim }: Pick<AttemptDir, 'claim'>): Identity | null | undefined {
  const text = readPlainText(claim)
  if (text === undefined) return undefined
  const [pid, startedAt, boot] = text.split('\n', 1)[0]!.trim().split(' ')
  return boot === undefined ? null : { pid: Number(pid), startedAt: startedAt!, boot }
}

/** The record that a supervisor writes when its command has ended. */
export interface ExitRecord {
  readonly exitCode: number
  /**
   * Whether a signal ended the command; undefined if the shell cannot distinguish a signal from an exit code above 128.
   */
  readonly isKilled: boolean | undefined
  /**
   * Number of processes that the kernel had killed for memory when the command ended; undefined unless the command
   * ended by SIGKILL.
   */
  readonly oomKills: number | undefined
  /** Time at which the record was written, in milliseconds since 1970. */
  readonly endedAt: number
}

/** Returns the exit record of an attempt; undefined if there is none or it has no valid exit code. */
export function readExit({ exit }: Pick<AttemptDir, 'exit'>): ExitRecord | undefined {
  const [code, how, oomKills] = readPlainText(exit)?.trim().split(' ') ?? []
  if (code === undefined || !/^\d{1,3}$/.test(code)) return undefined
  return {
    exitCode: Number(code),
    isKilled: how === 'killed' ? true : how === 'exited' ? false : undefined,
    oomKills: oomKills === undefined ? undefined : Number(oomKills),
    endedAt: Math.round(statSync(exit).mtimeMs),
  }
}

/**
 * Variable in the process environment of all processes of an attempt. Its value is the attempt's tag (`processTagOf`).
 */
export const PROCESS_TAG = 'HAGANE_ATTEMPT_ID'
