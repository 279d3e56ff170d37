import type { Ending } from '../../contract/run.ts'
import type { RunPhase } from '../../contract/phases.ts'
import type { Observation } from '../ports.ts'
import type { StopCause } from '../records.ts'

export type Ended = Extract<Observation, { state: 'ended' }>

const NOT_EXECUTABLE = 126
const NOT_FOUND = 127
const SIGNAL_BASE = 128

/** Why an attempt ended and what its run becomes, from what its executor saw. A stop that was asked for explains any end. */
export function classify(ended: Ended, stopCause: StopCause | null): { phase: Extract<RunPhase, 'succeeded' | 'failed' | 'stopped'>; ending: Ending } {
  const { exitCode } = ended
  const evidence = { ...ended.evidence, ...(exitCode === null ? {} : { exitCode }) }
  if (stopCause === 'user') return { phase: 'stopped', ending: { reason: 'StoppedByUser', evidence } }
  if (stopCause === 'method') return { phase: 'stopped', ending: { reason: 'StoppedByMethod', evidence } }
  if (stopCause === 'timeout') return { phase: 'failed', ending: { reason: 'Timeout', evidence } }
  if (exitCode === 0) return { phase: 'succeeded', ending: { reason: 'Completed', evidence } }
  if (exitCode === null) return { phase: 'failed', ending: { reason: 'Lost', evidence } }
  if (exitCode === NOT_FOUND) return { phase: 'failed', ending: { reason: 'CommandNotFound', evidence } }
  if (exitCode === NOT_EXECUTABLE) return { phase: 'failed', ending: { reason: 'CommandNotExecutable', evidence } }
  if (exitCode > SIGNAL_BASE) return { phase: 'failed', ending: { reason: 'Signalled', evidence: { ...evidence, signal: exitCode - SIGNAL_BASE } } }
  return { phase: 'failed', ending: { reason: 'ExitNonZero', evidence } }
}
