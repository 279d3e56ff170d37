import { LIMITS } from '../../contract/limits.ts'
import type { ReasonCode } from '../../contract/messages/messages.ts'
import type { StopCondition } from '../../contract/plan.ts'
import type { SweepPhase } from '../../contract/phases.ts'
import type { PhaseCounts } from '../records/run.ts'
import type { Sweep } from '../records/sweep.ts'

/** The input of `decideSweep`. */
export interface SweepState {
  readonly sweep: Sweep
  /** Number of trials in each phase. */
  readonly counts: PhaseCounts
  /**
   * Number of trials that can still be created, by the budget and by the points of the method; null where neither has a
   * limit.
   */
  readonly remaining: number | null
  /**
   * Whether the method could not find another point, although fewer trials than the budget allows have been created.
   */
  readonly isExhausted: boolean
  /**
   * For each stop condition of the plan, the best value of its metric among all trials; undefined where no trial has
   * one.
   */
  readonly bestValues: readonly (number | undefined)[]
  /**
   * Whether points or promotions depend on results. If so, few trials are created ahead, because a point that is
   * computed later can use more results.
   */
  readonly isLearning: boolean
  /** Number of trials that are paused at a rung. */
  readonly atRungCount: number
  /** Promotions that can be made now, best first; `rung` is the index of the next rung. */
  readonly promotions: readonly { readonly index: number; readonly rung: number }[]
  /**
   * Number of trials with a value since the last improvement of the best value; undefined where the plan does not end
   * the sweep at a plateau.
   */
  readonly sinceBetter: number | undefined
  /** Whether the first trials to end have all failed, and no trial has succeeded. */
  readonly hasFailedFirst: boolean
}

/** The next action for a sweep. */
export type SweepAction =
  /** Creates `count` trials. */
  | { readonly type: 'create'; readonly count: number }
  /** Queues trials that are paused at a rung, with the amount of resource of the next rung. */
  | { readonly type: 'promote'; readonly promotions: SweepState['promotions'] }
  /** A stop condition is met. No trial is created any more, and the running ones are stopped. */
  | { readonly type: 'stop'; readonly condition: StopCondition; readonly value: number }
  /**
   * As many trials as the plan names have brought no improvement (plateau). No trial is created any more, and the
   * running ones are stopped.
   */
  | { readonly type: 'level_off'; readonly trials: number }
  /** The first trials have all failed. No trial starts until a person resumes the sweep. */
  | { readonly type: 'hold' }
  /** More trials have failed than the plan allows. No trial is created any more, and the running ones are stopped. */
  | { readonly type: 'give_up'; readonly trials: number }
  /** Ends the trials that are paused at a rung, because none of them will be promoted any more. */
  | { readonly type: 'complete_rungs' }
  | {
      readonly type: 'finish'
      readonly phase: Extract<SweepPhase, 'done' | 'stopped' | 'failed'>
      readonly reason: ReasonCode
    }
  | { readonly type: 'wait' }

/**
 * Decides the next action for a sweep. Somewhat more trials are created than can run, so that a free place does not
 * wait for the search.
 */
export function decideSweep(state: SweepState): SweepAction {
  const { sweep, counts, remaining, bestValues } = state
  if (sweep.phase === 'stopping') {
    // Trials that are paused at a rung count as open here, because the request to stop applies to them, too.
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
  // If no trial is left to be started, pausing the sweep would have no effect.
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

/** Returns the number of trials that have not ended. */
function openTrials(counts: PhaseCounts): number {
  const { succeeded = 0, failed = 0, stopped = 0 } = counts
  return Object.values(counts).reduce((sum, count) => sum + count, 0) - succeeded - failed - stopped
}

function isMet(condition: StopCondition, value: number | undefined): boolean {
  if (value === undefined) return false
  return condition.optimization === 'maximize' ? value >= condition.value : value <= condition.value
}

/** Number of trials that are created ahead where points depend on results, as a share of the concurrency. */
const LEARNING_AHEAD = 0.2

/**
 * Decides whether to create trials. They are created in batches: only when half of the trials kept ahead are used up.
 */
function decideCreation({ sweep: { concurrency }, isLearning, remaining }: SweepState, open: number): SweepAction {
  const ahead = isLearning ? Math.ceil(concurrency * LEARNING_AHEAD) : Math.max(concurrency, LIMITS.trialsAheadMin)
  const wanted = concurrency + ahead - open
  if (wanted < ahead / 2 || wanted < 1) return { type: 'wait' }
  return { type: 'create', count: Math.min(wanted, remaining ?? Infinity) }
}
