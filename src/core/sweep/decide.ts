import { LIMITS } from '../../contract/limits.ts'
import type { ReasonCode } from '../../contract/messages/messages.ts'
import type { StopCondition } from '../../contract/plan.ts'
import type { SweepPhase } from '../../contract/sweep.ts'
import type { PhaseCounts, Sweep } from '../ports.ts'

export interface SweepState {
  readonly sweep: Sweep
  readonly counts: PhaseCounts
  /** Trials the method can still make after those created; null when there is no end. */
  readonly remaining: number | null
  /** Best last value over all trials, one for each stop condition of the plan. */
  readonly bestValues: readonly (number | undefined)[]
}

export type SweepAction =
  | { readonly type: 'create'; readonly count: number }
  /** A condition is met: no new trials, the running ones stop. */
  | { readonly type: 'stop'; readonly condition: StopCondition; readonly value: number }
  | { readonly type: 'finish'; readonly phase: Extract<SweepPhase, 'done' | 'stopped' | 'failed'>; readonly reason: ReasonCode }
  | { readonly type: 'wait' }

/** The next step of a sweep. Trials are made somewhat ahead of those that run, so that none waits for the search. */
export function decideSweep({ sweep, counts, remaining, bestValues }: SweepState): SweepAction {
  const open = openTrials(counts)
  if (sweep.phase === 'stopping') return open > 0 ? { type: 'wait' } : { type: 'finish', phase: 'stopped', reason: sweep.reason ?? 'StoppedByUser' }
  if (sweep.phase !== 'running') return { type: 'wait' }
  const met = sweep.plan.stopConditions.findIndex((condition, index) => isMet(condition, bestValues[index]))
  if (met >= 0) return { type: 'stop', condition: sweep.plan.stopConditions[met]!, value: bestValues[met]! }
  if (sweep.isPaused) return { type: 'wait' }
  if (remaining !== 0) return decideCreation(sweep.concurrency, open, remaining)
  if (open > 0) return { type: 'wait' }
  const hasFailed = (counts.failed ?? 0) > 0 && (counts.succeeded ?? 0) + (counts.stopped ?? 0) === 0
  return hasFailed ? { type: 'finish', phase: 'failed', reason: 'AllTrialsFailed' } : { type: 'finish', phase: 'done', reason: 'Completed' }
}

function openTrials(counts: PhaseCounts): number {
  const { succeeded = 0, failed = 0, stopped = 0 } = counts
  return Object.values(counts).reduce((sum, count) => sum + count, 0) - succeeded - failed - stopped
}

function isMet(condition: StopCondition, value: number | undefined): boolean {
  if (value === undefined) return false
  return condition.optimization === 'maximize' ? value >= condition.value : value <= condition.value
}

/** Creates in batches: only when half of what is kept ahead has been used up. */
function decideCreation(concurrency: number, open: number, remaining: number | null): SweepAction {
  const ahead = Math.max(concurrency, LIMITS.trialsAheadMin)
  const wanted = concurrency + ahead - open
  if (wanted < ahead / 2) return { type: 'wait' }
  return { type: 'create', count: Math.min(wanted, remaining ?? Infinity) }
}
