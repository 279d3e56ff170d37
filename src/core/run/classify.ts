import type { Ending } from '../../contract/run.ts'
import type { RunPhase } from '../../contract/phases.ts'
import type { ReasonCode } from '../../contract/messages/messages.ts'
import type { EndCause, Observation } from '../ports/executor.ts'
import type { StopCause } from '../records/run.ts'

/** The reason that is stored for each cause that an executor reports. */
const REASON_OF_CAUSE: Readonly<Record<EndCause, ReasonCode>> = { out_of_memory: 'OutOfMemory' }

/** The observation of an ended attempt. */
export type Ended = Extract<Observation, { state: 'ended' }>

// Exit statuses of a shell. A status of `SIGNAL_BASE` plus n stands for an end by signal n.
const NOT_EXECUTABLE = 126
const NOT_FOUND = 127
const SIGNAL_BASE = 128
const SIGNALS_MAX = 64
/** Matches an error message of the shell, which calls itself `hagane` there, with its line number. */
const SHELL_MESSAGE = /hagane: (\S+ )?\d+: /
/** Matches a message of the shell about a command that a signal has ended, with its line number and the process id. */
const SHELL_KILL_MESSAGE = /hagane: (\S+ )?\d+: +\d+ /

/**
 * Decides from the executor's observation for which reason an attempt ended, and in which phase its run ends unless it
 * is retried or paused. A requested stop takes precedence over the exit status; a requested pause has no influence.
 */
export function classify(
  ended: Ended,
  stopCause: StopCause | null,
): { phase: Extract<RunPhase, 'succeeded' | 'failed' | 'stopped'>; ending: Ending } {
  const { exitCode } = ended
  const evidence = { ...ended.evidence, ...(exitCode === null ? {} : { exitCode }) }

  if (stopCause === 'user') return { phase: 'stopped', ending: { reason: 'StoppedByUser', evidence } }
  if (stopCause === 'method') return { phase: 'stopped', ending: { reason: 'StoppedByMethod', evidence } }
  if (stopCause === 'timeout') return { phase: 'failed', ending: { reason: 'Timeout', evidence } }
  if (ended.cause) return { phase: 'failed', ending: { reason: REASON_OF_CAUSE[ended.cause], evidence } }
  if (exitCode === 0) return { phase: 'succeeded', ending: { reason: 'Completed', evidence } }
  if (exitCode === null) return { phase: 'failed', ending: { reason: 'Lost', evidence } }

  const lastLines = evidence.lastLines ?? ''
  if (exitCode === NOT_FOUND && SHELL_MESSAGE.test(lastLines))
    return { phase: 'failed', ending: { reason: 'CommandNotFound', evidence } }
  if (exitCode === NOT_EXECUTABLE && SHELL_MESSAGE.test(lastLines))
    return { phase: 'failed', ending: { reason: 'CommandNotExecutable', evidence } }

  const signal = signalOf(exitCode, ended.isKilled ?? true, lastLines)
  return {
    phase: 'failed',
    ending:
      signal === undefined
        ? { reason: 'ExitNonZero', evidence }
        : { reason: 'Signalled', evidence: { ...evidence, signal } },
  }
}

/**
 * Returns the number of the signal that an exit status stands for; undefined if it stands for none. A program can exit
 * with such a status by itself, and a shell passes on the status of its last program. The status therefore counts only
 * if the command itself was killed, or the last lines of the log contain the shell's message about a kill.
 */
function signalOf(exitCode: number, isKilled: boolean, lastLines: string): number | undefined {
  const signal = exitCode - SIGNAL_BASE
  if (signal < 1 || signal > SIGNALS_MAX) return undefined
  return isKilled || SHELL_KILL_MESSAGE.test(lastLines) ? signal : undefined
}
