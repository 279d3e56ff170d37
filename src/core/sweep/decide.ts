import { LIMITS } from '../../contract/limits.ts'
import type { ReasonCode } from '../../contract/messages/messages.ts'
import type { StopCondition } from '../../contract/plan.ts'
import type { SweepPhase } from '../../contract/phases.ts'
import type { PhaseCounts, Sweep } from '../records.ts'

export interface SweepState {
  readonly sweep: Sweep
  readonly counts: PhaseCounts
  /** Trials the method can still make after those created; null when there is no end. */
  readonly remaining: number | null
  /** Whether the method found no further point, though its budget would have had one. */
  readonly isExhausted: boolean
  /** Best last value over all trials, one for each stop condition of the plan. */
  readonly bestValues: readonly (number | undefined)[]
  /** Whether points depend on results: then few are made ahead, since each later one knows more. */
  readonly learns: boolean
  /** Trials that have reached a rung and wait there. */
  readonly atRung: number
  /** Promotions that are due, best first. */
  readonly promotions: readonly { readonly index: number; readonly rung: number }[]
  /** Finished trials since the last that was better; undefined where nobody asked. */
  readonly sinceBetter: number | undefined
  /** Whether its first trials have all failed, and no other has come further. */
  readonly hasFailedFirst: boolean
}

export type SweepAction =
  | { readonly type: 'create'; readonly count: number }
  /** Trials that go on with more of their resource. */
  | { readonly type: 'promote'; readonly promotions: SweepState['promotions'] }
  /** A condition is met: no new trials, the running ones stop. */
  | { readonly type: 'stop'; readonly condition: StopCondition; readonly value: number }
  /** Nothing has become better for long: no new trials, the running ones stop. */
  | { readonly type: 'level_off'; readonly trials: number }
  /** Its first trials have all failed: nothing more starts until a person has looked. */
  | { readonly type: 'hold' }
  /** More trials have failed than it bears: no new trials, the running ones stop. */
  | { readonly type: 'give_up'; readonly trials: number }
  /** Trials at a rung that will not be promoted any more have ended. */
  | { readonly type: 'complete_rungs' }
  | {
      readonly type: 'finish'
      readonly phase: Extract<SweepPhase, 'done' | 'stopped' | 'failed'>
      readonly reason: ReasonCode
    }
  | { readonly type: 'wait' }

/** The next step of a sweep. Trials are made somewhat ahead of those that run, so that none waits for the search. */
export function decideSweep(state: SweepState): SweepAction {
  const { sweep, counts, remaining, bestValues } = state
  if (sweep.phase === 'stopping') {
    // A trial at a rung has been told to stop as well.
    return openTrials(counts) > 0 ? { type: 'wait' } : finishStopped(sweep)
  }
  if (sweep.phase !== 'running') return { type: 'wait' }
  const open = openTrials(counts) - state.atRung
  const met = sweep.plan.stopConditions.findIndex((condition, index) => isMet(condition, bestValues[index]))
  if (met >= 0) return { type: 'stop', condition: sweep.plan.stopConditions[met]!, value: bestValues[met]! }
  const { plateau, failuresMax = Infinity } = sweep.plan
  const { failed = 0 } = counts
  if (failed > failuresMax) return { type: 'give_up', trials: failed }
  if (plateau && (state.sinceBetter ?? 0) >= plateau.trials) return { type: 'level_off', trials: state.sinceBetter! }
  if (sweep.isPaused) return { type: 'wait' }
  // Where nothing is left to be started, nothing is saved by a pause.
  if (state.hasFailedFirst && (remaining !== 0 || (counts.queued ?? 0) > 0)) return { type: 'hold' }
  if (state.promotions.length > 0) return { type: 'promote', promotions: state.promotions }
  if (remaining !== 0) return decideCreation(state, open)
  if (open > 0) return { type: 'wait' }
  if (state.atRung > 0) return { type: 'complete_rungs' }
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

function openTrials(counts: PhaseCounts): number {
  const { succeeded = 0, failed = 0, stopped = 0 } = counts
  return Object.values(counts).reduce((sum, count) => sum + count, 0) - succeeded - failed - stopped
}

function isMet(condition: StopCondition, value: number | undefined): boolean {
  if (value === undefined) return false
  return condition.optimization === 'maximize' ? value >= condition.value : value <= condition.value
}

/** Share of the places for which a method that learns keeps a trial ready. */
const LEARNING_AHEAD = 0.2

/** Creates in batches: only when half of what is kept ahead has been used up. */
function decideCreation({ sweep: { concurrency }, learns, remaining }: SweepState, open: number): SweepAction {
  const ahead = learns ? Math.ceil(concurrency * LEARNING_AHEAD) : Math.max(concurrency, LIMITS.trialsAheadMin)
  const wanted = concurrency + ahead - open
  if (wanted < ahead / 2 || wanted < 1) return { type: 'wait' }
  return { type: 'create', count: Math.min(wanted, remaining ?? Infinity) }
}
