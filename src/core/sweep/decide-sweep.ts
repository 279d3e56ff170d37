import { LIMITS } from '../../contract/limits.ts'
import type { ReasonCode } from '../../contract/messages/messages.ts'
import type { StopCondition } from '../../contract/plan.ts'
import type { SweepPhase } from '../../contract/phases.ts'
import type { PhaseCounts } from '../records/run.ts'
import type { Sweep } from '../records/sweep.ts'

/** Everything that decides the next action for a sweep. */
export interface SweepState {
  readonly sweep: Sweep
  /** Number of trials in each phase. */
  readonly counts: PhaseCounts
  /** Number of trials that the method can still make; null where there is no end. */
  readonly remaining: number | null
  /** Whether the method found no further point, although the budget has room for one. */
  readonly isExhausted: boolean
  /** Best value over all trials for each stop condition of the plan; undefined where there is none. */
  readonly bestValues: readonly (number | undefined)[]
  /**
   * Whether points depend on results. Then few trials are made ahead, because a point that is computed later uses more
   * results.
   */
  readonly isLearning: boolean
  /** Number of trials that wait at a rung. */
  readonly atRungCount: number
  /** Promotions that are due, best first. */
  readonly promotions: readonly { readonly index: number; readonly rung: number }[]
  /** Number of finished trials since the last improvement; undefined where the plan has no plateau. */
  readonly sinceBetter: number | undefined
  /** Whether the first trials to end have all failed, and no trial has succeeded. */
  readonly hasFailedFirst: boolean
}

/** The next action for a sweep. */
export type SweepAction =
  | { readonly type: 'create'; readonly count: number }
  /** Queues trials that wait at a rung again, with more of their resource. */
  | { readonly type: 'promote'; readonly promotions: SweepState['promotions'] }
  /** A stop condition is met: no trial is made any more, and the running ones stop. */
  | { readonly type: 'stop'; readonly condition: StopCondition; readonly value: number }
  /** No improvement for as many trials as the plan says: no trial is made any more, and the running ones stop. */
  | { readonly type: 'level_off'; readonly trials: number }
  /** The first trials have all failed: nothing more starts until a person resumes the sweep. */
  | { readonly type: 'hold' }
  /** More trials have failed than the plan allows: no trial is made any more, and the running ones stop. */
  | { readonly type: 'give_up'; readonly trials: number }
  /** Ends the trials that wait at a rung, because none of them will be promoted any more. */
  | { readonly type: 'complete_rungs' }
  | {
      readonly type: 'finish'
      readonly phase: Extract<SweepPhase, 'done' | 'stopped' | 'failed'>
      readonly reason: ReasonCode
    }
  | { readonly type: 'wait' }

/**
 * Decides the next action for a sweep. Trials are made somewhat ahead of those that run, so that none has to wait for
 * the search.
 */
export function decideSweep(state: SweepState): SweepAction {
  const { sweep, counts, remaining, bestValues } = state
  if (sweep.phase === 'stopping') {
    // Trials that wait at a rung count as open here, because the request to stop covers them.
    return openTrials(counts) > 0 ? { type: 'wait' } : finishStopped(sweep)
  }
  if (sweep.phase !== 'running') return { type: 'wait' }

  const open = openTrials(counts) - state.atRungCount
  const met = sweep.plan.stopConditions.findIndex((condition, index) => isMet(condition, bestValues[index]))
  if (met >= 0) return { type: 'stop', condition: sweep.plan.stopConditions[met]!, value: bestValues[met]! }

  const { plateau, failuresMax = Infinity } = sweep.plan
  const { failed = 0 } = counts
  if (failed > failuresMax) return { type: 'give_up', trials: failed }
  if (plateau && (state.sinceBetter ?? 0) >= plateau.trials) return { type: 'level_off', trials: state.sinceBetter! }

  if (sweep.isPaused) return { type: 'wait' }
  // Where nothing is left to be started, a pause saves nothing.
  if (state.hasFailedFirst && (remaining !== 0 || (counts.queued ?? 0) > 0)) return { type: 'hold' }

  if (state.promotions.length > 0) return { type: 'promote', promotions: state.promotions }
  if (remaining !== 0) return decideCreation(state, open)
  if (open > 0) return { type: 'wait' }
  if (state.atRungCount > 0) return { type: 'complete_rungs' }

  const hasFailed = failed > 0 && (counts.succeeded ?? 0) + (counts.stopped ?? 0) === 0
  if (hasFailed) return { type: 'finish', phase: 'failed', reason: 'AllTrialsFailed' }
  if (!state.isExhausted) return { type: 'finish', phase: 'done', reason: 'Completed' }
  return { type: 'finish', phase: sweep.trialsCreated > 0 ? 'done' : 'failed', reason: 'NoFurtherPoint' }
}

function finishStopped({ reason }: Sweep): SweepAction {
  return {
    type: 'finish',
    phase: reason === 'TooManyFailures' ? 'failed' : 'stopped',
    reason: reason ?? 'StoppedByUser',
  }
}

/** Number of trials that have not ended. */
function openTrials(counts: PhaseCounts): number {
  const { succeeded = 0, failed = 0, stopped = 0 } = counts
  return Object.values(counts).reduce((sum, count) => sum + count, 0) - succeeded - failed - stopped
}

function isMet(condition: StopCondition, value: number | undefined): boolean {
  if (value === undefined) return false
  return condition.optimization === 'maximize' ? value >= condition.value : value <= condition.value
}

/** Trials that a method that learns keeps ready, as a share of the concurrency. */
const LEARNING_AHEAD = 0.2

/** Creates trials in batches: only when half of those kept ready have been used up. */
function decideCreation({ sweep: { concurrency }, isLearning, remaining }: SweepState, open: number): SweepAction {
  const ahead = isLearning ? Math.ceil(concurrency * LEARNING_AHEAD) : Math.max(concurrency, LIMITS.trialsAheadMin)
  const wanted = concurrency + ahead - open
  if (wanted < ahead / 2 || wanted < 1) return { type: 'wait' }
  return { type: 'create', count: Math.min(wanted, remaining ?? Infinity) }
}
