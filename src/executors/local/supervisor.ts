import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import { LIMITS } from '../../contract/limits.ts'
import { isShortage } from '../../core/shortage.ts'
import type { AttemptDir } from '../../disk/attempt-dir.ts'

/** Path of the shell script `supervise.sh`, which runs the command of an attempt and records its exit code. */
export const SUPERVISOR = fileURLToPath(new URL('supervise.sh', import.meta.url))

/**
 * Returns the text for the shell's `-c`. A script that is too long for one argument is written to a file of the
 * attempt, which the text evaluates.
 */
export function shellText(script: string, dir: AttemptDir): string {
  if (Buffer.byteLength(script) <= LIMITS.commandWordBytesMax) return script
  writeFileSync(dir.command, script, { mode: 0o600 })
  return `eval "$(< '${dir.command.replaceAll("'", "'\\''")}')"`
}

/**
 * Spawns a process. Throws AppError `invalid` for a command that no system can start: one that is too long or contains
 * a NUL.
 */
export function spawnProcess([command, ...args]: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return spawn(command!, args, options)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'E2BIG') throw new AppError('invalid', { detail: phrase('launch_long') }, { cause: error })
    if (code === 'ERR_INVALID_ARG_VALUE')
      throw new AppError('invalid', { detail: phrase('launch_nul') }, { cause: error })
    throw new Error(message, { cause: error })
  }
}

/**
 * Returns the error to throw for a failed spawn: `unavailable` if processes, open files or memory ran out, since a
 * retry may succeed; otherwise `conflict`.
 */
export function spawnFailure(error: NodeJS.ErrnoException): AppError {
  return new AppError(isShortage(error) ? 'unavailable' : 'conflict', { detail: error.message }, { cause: error })
}
