import { RUN_PHASES } from '../../contract/phases.ts'
import type { RunPhase } from '../../contract/phases.ts'

/**
 * Phases that may follow each phase. No phase follows `succeeded`, `failed` and `stopped`; a trigger in the database
 * enforces that, too.
 */
const TRANSITIONS: Readonly<Record<RunPhase, readonly RunPhase[]>> = {
  created: ['queued', 'failed', 'stopped'],
  queued: ['preparing', 'starting', 'paused', 'failed', 'stopped'],
  preparing: ['starting', 'queued', 'failed', 'stopped'],
  starting: ['running', 'stopping', 'queued', 'paused', 'succeeded', 'failed', 'stopped'],
  running: ['stopping', 'paused', 'queued', 'unknown', 'succeeded', 'failed', 'stopped'],
  stopping: ['paused', 'succeeded', 'failed', 'stopped', 'unknown'],
  paused: ['queued', 'succeeded', 'failed', 'stopped'],
  unknown: ['running', 'succeeded', 'failed', 'stopped'],
  succeeded: [],
  failed: [],
  stopped: [],
}

/** Returns the phases that may directly precede the phase `to`. */
export function phasesBefore(to: RunPhase): RunPhase[] {
  return RUN_PHASES.filter((from) => TRANSITIONS[from].includes(to))
}
