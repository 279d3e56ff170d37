import { LIMITS } from '../../contract/limits.ts'
import { isTerminal } from '../../contract/phases.ts'
import type { Ending, Waiting } from '../../contract/run.ts'
import type { RunPhase } from '../../contract/phases.ts'
import type { Observation } from '../ports/executor.ts'
import type { Attempt } from '../records/attempt.ts'
import type { Run, StopCause } from '../records/run.ts'
import { classify } from './classify.ts'
import { isRetryable, retryDelayMs } from './retry.ts'

/** The next action for a run. One pass takes one action; the next pass reads its result. */
export type RunAction =
  /** Starts the latest attempt, which is stored with state `intent`. */
  | { readonly type: 'launch' }
  /**
   * Records the launch of the latest attempt, which the executor has started although it is stored with state `intent`.
   */
  | { readonly type: 'record_launch' }
  /** Moves the run to phase `stopping`. The next pass returns action `stop`. */
  | { readonly type: 'begin_stop'; readonly cause: StopCause }
  /** Signals the processes of the attempt to end, and kills them if they still run after `graceMs`. */
  | { readonly type: 'stop'; readonly graceMs: number }
  /** Ends the attempt and queues the run for another one. */
  | { readonly type: 'retry'; readonly ending: Ending; readonly endedAt: number; readonly notBefore: number }
  | {
      readonly type: 'finish'
      readonly phase: Extract<RunPhase, 'succeeded' | 'failed' | 'stopped'>
      readonly ending: Ending
      readonly endedAt: number
      /** Whether an attempt of the run was launched and may have left files. */
      readonly mayHaveOutputs: boolean
    }
  /** Ends the attempt and keeps the run open until a person resumes it, or its sweep promotes it. */
  | { readonly type: 'pause'; readonly ending: Ending; readonly endedAt: number }
  /** Records why the attempt, already launched, does not begin; null once it has begun. */
  | { readonly type: 'note_waiting'; readonly waiting: Waiting | null }
  /** Finds or builds the environment that the run needs. */
  | { readonly type: 'prepare' }
  /** Moves a run that sent nothing for `LIMITS.silentMs` to phase `unknown`. */
  | { readonly type: 'mark_unknown' }
  /** Has the output files of the ended run listed and secrets removed from its logs. */
  | { readonly type: 'collect' }
  /** Does nothing. The next pass is after `afterMs`, or at the next nudge. */
  | { readonly type: 'wait'; readonly afterMs?: number }

/** The input of `decideRun`. */
export interface RunState {
  readonly run: Run
  /** The latest attempt; undefined while the run has none. */
  readonly attempt: Attempt | undefined
  /** State of the latest attempt on the executor; `absent` while the run has none. */
  readonly observation: Observation
  /** Number of failed attempts before the latest that count against the allowed restarts (`countFailures`). */
  readonly failures: number
  /** Whether the run needs an environment that is not ready, or whose hash is not computed yet. */
  readonly lacksEnvironment: boolean
  readonly now: number
  /** A random number in [0, 1), by which the wait before a retry varies. */
  readonly random: number
}

/** Decides the next action for a run. */
export function decideRun(state: RunState): RunAction {
  const { run, attempt } = state
  if (isTerminal(run.phase)) return run.isCollected ? { type: 'wait' } : { type: 'collect' }
  if (!run.isExecuted) return decideUnexecuted(state)
  if (run.phase === 'paused')
    return run.stopCause && run.stopCause !== 'pause'
      ? { type: 'finish', ...toStopEnding(run.stopCause), endedAt: state.now, mayHaveOutputs: true }
      : { type: 'wait' }
  if (!attempt || attempt.state === 'ended') return decideUnstarted(state)
  return attempt.state === 'intent' ? decideIntent(state) : decideLaunched(state, attempt)
}

/**
 * Decides for a run that a script started itself. Only the records that the script sends show the state of such a run.
 */
function decideUnexecuted({ run, now }: RunState): RunAction {
  if (run.stopCause && run.stopCause !== 'pause')
    return { type: 'finish', ...toStopEnding(run.stopCause), endedAt: now, mayHaveOutputs: false }
  if (run.phase === 'unknown') return { type: 'wait' }
  const silentMs = now - (run.lastReceivedAt ?? run.createdAt)
  return silentMs >= LIMITS.silentMs ? { type: 'mark_unknown' } : { type: 'wait', afterMs: LIMITS.silentMs - silentMs }
}

/**
 * Decides for a run without a current attempt. Its next attempt is created by the scheduler, not here, once the
 * environment is ready.
 */
function decideUnstarted({ run, lacksEnvironment, now }: RunState): RunAction {
  if (run.stopCause) return decideBeforeLaunch(run, run.stopCause, now)
  return lacksEnvironment ? { type: 'prepare' } : { type: 'wait' }
}

/** Ends or pauses a run whose attempt has not been launched. */
function decideBeforeLaunch(run: Run, cause: StopCause, now: number): RunAction {
  if (cause === 'pause') return { type: 'pause', ending: { reason: 'Paused', evidence: {} }, endedAt: now }
  return { type: 'finish', ...toStopEnding(cause), endedAt: now, mayHaveOutputs: run.attemptCount > 1 }
}

/** Decides for an attempt with state `intent`: it is stored, and its launch is not recorded. */
function decideIntent({ run, observation, now }: RunState): RunAction {
  if (observation.state !== 'absent') return { type: 'record_launch' }
  return run.stopCause ? decideBeforeLaunch(run, run.stopCause, now) : { type: 'launch' }
}

/** Decides for an attempt with state `launched`: its launch is recorded, its end is not. */
function decideLaunched(state: RunState, attempt: Attempt): RunAction {
  const { run, observation, now } = state

  if (observation.state === 'ended') return decideEnded(state, observation)
  if (observation.state === 'absent')
    return decideEnded(state, {
      state: 'ended',
      exitCode: null,
      endedAt: now,
      evidence: { detail: { detail: 'attempt_untraced' } },
    })

  if (run.stopCause && run.phase !== 'stopping') return { type: 'begin_stop', cause: run.stopCause }
  if (run.stopCause) return { type: 'stop', graceMs: run.plan.placement.stopGraceMs }

  const waiting = observation.state === 'waiting' ? (observation.why ?? null) : null
  if (!isSameWaiting(run.waiting, waiting)) return { type: 'note_waiting', waiting }

  const { timeoutMs } = run.plan.placement
  if (timeoutMs === null) return { type: 'wait' }
  const ranMs = observation.state === 'running' ? observation.ranMs : undefined
  const leftMs = timeoutMs - (ranMs ?? now - (attempt.startedAt ?? now))
  return leftMs > 0 ? { type: 'wait', afterMs: leftMs } : { type: 'begin_stop', cause: 'timeout' }
}

/** Whether two reasons for waiting are equal. Null stands for no waiting. */
export function isSameWaiting(one: Waiting | null, other: Waiting | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function decideEnded(
  { run, failures, now, random }: RunState,
  ended: Extract<Observation, { state: 'ended' }>,
): RunAction {
  // A run is signalled only in phase `stopping`. An end in that phase counts as the requested pause; before it, the
  // attempt ended by itself.
  if (run.stopCause === 'pause' && run.phase === 'stopping')
    return {
      type: 'pause',
      ending: { reason: 'Paused', evidence: { ...(ended.exitCode !== null && { exitCode: ended.exitCode }) } },
      endedAt: ended.endedAt,
    }

  const { phase, ending } = classify(ended, run.stopCause)
  const mayRetry = phase === 'failed' && isRetryable(ending.reason) && failures < run.plan.placement.maxRestarts

  if (phase === 'succeeded' && run.plan.rung && !run.plan.rung.isLast)
    return { type: 'pause', ending: { ...ending, reason: 'RungReached' }, endedAt: ended.endedAt }
  if (mayRetry)
    return { type: 'retry', ending, endedAt: ended.endedAt, notBefore: now + retryDelayMs(failures + 1, random) }
  return { type: 'finish', phase, ending, endedAt: ended.endedAt, mayHaveOutputs: true }
}

/**
 * Counts the failed attempts that use up the restarts that the plan allows: those with a reason that a retry can repair
 * (`isRetryable`), since the run was last promoted.
 */
export function countFailures({ plan }: Run, attempts: readonly Attempt[]): number {
  const first = plan.rung?.firstAttempt ?? 1
  return attempts.filter(({ n, ending }) => n >= first && ending && isRetryable(ending.reason)).length
}

function toStopEnding(cause: Exclude<StopCause, 'pause'>): { phase: 'stopped' | 'failed'; ending: Ending } {
  if (cause === 'timeout') return { phase: 'failed', ending: { reason: 'Timeout', evidence: {} } }
  return { phase: 'stopped', ending: { reason: cause === 'user' ? 'StoppedByUser' : 'StoppedByMethod', evidence: {} } }
}
