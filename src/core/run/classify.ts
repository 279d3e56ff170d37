import type { Ending } from '../../contract/run.ts'
import type { RunPhase } from '../../contract/phases.ts'
import type { Observation } from '../ports.ts'
import type { StopCause } from '../records.ts'

export type Ended = Extract<Observation, { state: 'ended' }>

const NOT_EXECUTABLE = 126
const NOT_FOUND = 127
const SIGNAL_BASE = 128
const SIGNALS_MAX = 64
/** Messages of the shell, which is called hagane, about a command that it cannot run and one that a signal has ended. */
const SAID_BY_SHELL = /hagane: (\S+ )?\d+: /
const KILLED_BY_SHELL = /hagane: (\S+ )?\d+: +\d+ /

/** Why an attempt ended and what its run becomes, from what its executor saw. A stop that was asked for explains any end. */
export function classify(
  ended: Ended,
  stopCause: StopCause | null,
): { phase: Extract<RunPhase, 'succeeded' | 'failed' | 'stopped'>; ending: Ending } {
  const { exitCode } = ended
  const evidence = { ...ended.evidence, ...(exitCode === null ? {} : { exitCode }) }
  if (stopCause === 'user') return { phase: 'stopped', ending: { reason: 'StoppedByUser', evidence } }
  if (stopCause === 'method') return { phase: 'stopped', ending: { reason: 'StoppedByMethod', evidence } }
  if (stopCause === 'timeout') return { phase: 'failed', ending: { reason: 'Timeout', evidence } }
  if (exitCode === 0) return { phase: 'succeeded', ending: { reason: 'Completed', evidence } }
  if (exitCode === null) return { phase: 'failed', ending: { reason: 'Lost', evidence } }
  const said = evidence.lastLines ?? ''
  if (exitCode === NOT_FOUND && SAID_BY_SHELL.test(said))
    return { phase: 'failed', ending: { reason: 'CommandNotFound', evidence } }
  if (exitCode === NOT_EXECUTABLE && SAID_BY_SHELL.test(said))
    return { phase: 'failed', ending: { reason: 'CommandNotExecutable', evidence } }
  const signal = signalOf(exitCode, ended.isKilled ?? true, said)
  return {
    phase: 'failed',
    ending:
      signal === undefined
        ? { reason: 'ExitNonZero', evidence }
        : { reason: 'Signalled', evidence: { ...evidence, signal } },
  }
}

/** The signal behind a status: a program may end by itself with any number, and its shell passes on that of what it ran. */
function signalOf(exitCode: number, isKilled: boolean, said: string): number | undefined {
  const signal = exitCode - SIGNAL_BASE
  if (signal < 1 || signal > SIGNALS_MAX) return undefined
  return isKilled || KILLED_BY_SHELL.test(said) ? signal : undefined
}
