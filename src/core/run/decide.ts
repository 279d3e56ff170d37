import { LIMITS } from '../../contract/limits.ts'
import { isTerminal } from '../../contract/phases.ts'
import type { Ending } from '../../contract/run.ts'
import type { RunPhase } from '../../contract/phases.ts'
import type { Observation } from '../ports.ts'
import type { Attempt, Run, StopCause } from '../records.ts'
import { classify } from './classify.ts'
import { isRetryable, retryDelayMs } from './retry.ts'

/** What is to be done for a run now. One action a pass: the next pass sees its effect. */
export type RunAction =
  | { readonly type: 'launch' }
  | { readonly type: 'record_launch' }
  | { readonly type: 'begin_stop'; readonly cause: StopCause }
  | { readonly type: 'stop'; readonly graceMs: number }
  | { readonly type: 'retry'; readonly ending: Ending; readonly endedAt: number; readonly notBefore: number }
  | {
      readonly type: 'finish'
      readonly phase: Extract<RunPhase, 'succeeded' | 'failed' | 'stopped'>
      readonly ending: Ending
      readonly endedAt: number
      readonly hasOutputs: boolean
    }
  /** The attempt is over and the run stays open until a person resumes it, or its sweep promotes it. */
  | { readonly type: 'pause'; readonly ending: Ending; readonly endedAt: number }
  /** Finds or builds the environment it needs. */
  | { readonly type: 'prepare' }
  | { readonly type: 'mark_unknown' }
  | { readonly type: 'collect' }
  /** Nothing now; look again after the given time, or at the next nudge. */
  | { readonly type: 'wait'; readonly afterMs?: number }

export interface RunState {
  readonly run: Run
  /** The latest attempt, absent while the run has none. */
  readonly attempt: Attempt | undefined
  /** What the executor says of that attempt. */
  readonly observation: Observation
  /** Attempts before the latest that failed at what the run does now: one that was paused, or ended at a rung, did not. */
  readonly failures: number
  /** Whether it needs an environment that is not known to be ready. */
  readonly isUnprepared: boolean
  readonly now: number
  /** A number in [0, 1), for the spread of retries. */
  readonly random: number
}

/** The next step of a run, from everything known about it. */
export function decideRun(state: RunState): RunAction {
  const { run, attempt } = state
  if (isTerminal(run.phase)) return run.isCollected ? { type: 'wait' } : { type: 'collect' }
  if (!run.isExecuted) return decideSilent(state)
  if (run.phase === 'paused')
    return run.stopCause && run.stopCause !== 'pause'
      ? { type: 'finish', ...stoppedBy(run.stopCause), endedAt: state.now, hasOutputs: true }
      : { type: 'wait' }
  if (!attempt || attempt.state === 'ended') return decideUnstarted(state)
  return attempt.state === 'intent' ? decideIntent(state) : decideLaunched(state, attempt)
}

/** A script that runs by itself is known only by what it sends. */
function decideSilent({ run, now }: RunState): RunAction {
  if (run.stopCause && run.stopCause !== 'pause')
    return { type: 'finish', ...stoppedBy(run.stopCause), endedAt: now, hasOutputs: false }
  if (run.phase === 'unknown') return { type: 'wait' }
  const silentMs = now - (run.lastHeardAt ?? run.createdAt)
  return silentMs >= LIMITS.silentMs ? { type: 'mark_unknown' } : { type: 'wait', afterMs: LIMITS.silentMs - silentMs }
}

/** Queued: admission starts it once its environment is there; here it can be stopped or paused. */
function decideUnstarted({ run, isUnprepared, now }: RunState): RunAction {
  if (run.stopCause) return beforeStart(run, run.stopCause, now)
  return isUnprepared ? { type: 'prepare' } : { type: 'wait' }
}

function beforeStart(run: Run, cause: StopCause, now: number): RunAction {
  if (cause === 'pause') return { type: 'pause', ending: { reason: 'Paused', evidence: {} }, endedAt: now }
  return { type: 'finish', ...stoppedBy(cause), endedAt: now, hasOutputs: run.attempts > 1 }
}

function decideIntent({ run, observation, now }: RunState): RunAction {
  if (observation.state !== 'absent') return { type: 'record_launch' }
  return run.stopCause ? beforeStart(run, run.stopCause, now) : { type: 'launch' }
}

function decideLaunched(state: RunState, attempt: Attempt): RunAction {
  const { run, observation, now } = state
  if (observation.state === 'ended') return decideEnded(state, observation)
  if (observation.state === 'absent')
    return decideEnded(state, {
      state: 'ended',
      exitCode: null,
      endedAt: now,
      evidence: { detail: { detail: 'attempt_untraced' } },
      hasOutputs: true,
    })
  if (run.stopCause && run.phase !== 'stopping') return { type: 'begin_stop', cause: run.stopCause }
  if (run.stopCause) return { type: 'stop', graceMs: run.plan.placement.stopGraceMs }
  const { timeoutMs } = run.plan.placement
  if (timeoutMs === null) return { type: 'wait' }
  const ranMs = observation.state === 'running' ? observation.ranMs : undefined
  const leftMs = timeoutMs - (ranMs ?? now - (attempt.startedAt ?? now))
  return leftMs > 0 ? { type: 'wait', afterMs: leftMs } : { type: 'begin_stop', cause: 'timeout' }
}

function decideEnded(
  { run, failures, now, random }: RunState,
  ended: Extract<Observation, { state: 'ended' }>,
): RunAction {
  // Asked to pause and not told yet, it ended by itself; once told, however it ends is the pause.
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
  return { type: 'finish', phase, ending, endedAt: ended.endedAt, hasOutputs: ended.hasOutputs }
}

/** How many of these attempts failed at what the run does now: since its last promotion. */
export function countFailures({ plan }: Run, attempts: readonly Attempt[]): number {
  const first = plan.rung?.firstAttempt ?? 1
  return attempts.filter(({ n, ending }) => n >= first && ending && isRetryable(ending.reason)).length
}

function stoppedBy(cause: Exclude<StopCause, 'pause'>): { phase: 'stopped' | 'failed'; ending: Ending } {
  if (cause === 'timeout') return { phase: 'failed', ending: { reason: 'Timeout', evidence: {} } }
  return { phase: 'stopped', ending: { reason: cause === 'user' ? 'StoppedByUser' : 'StoppedByMethod', evidence: {} } }
}
