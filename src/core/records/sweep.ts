import type { ReasonCode } from '../../contract/messages/messages.ts'
import type { RunPhase, SweepPhase } from '../../contract/phases.ts'
import type { SweepPlan } from '../../contract/plan.ts'
import type { Ending, HostInfo } from '../../contract/run.ts'
import type { StopCause } from './run.ts'
import type { EarlierTrial, Suggestion } from '../search/history.ts'

/** A sweep: its plan, its state and its notes. */
export interface Sweep {
  readonly id: string
  readonly number: number
  readonly plan: SweepPlan
  readonly planDigest: string
  readonly seed: number
  readonly phase: SweepPhase
  readonly reason: ReasonCode | null
  /** Who stopped the sweep: `user` or `method`; null where it was not stopped. */
  readonly stopCause: StopCause | null
  readonly trialsCreated: number
  readonly host: HostInfo
  readonly projectId: string
  readonly name: string | null
  readonly note: string | null
  readonly tags: readonly string[]
  readonly documentDigest: string | null
  readonly snapshot: string | null
  /** Largest number of trials that run at once; can be changed while the sweep runs. */
  readonly concurrency: number
  /** Largest number of trials; null where there is no limit. A person can raise it. */
  readonly budget: number | null
  /** Trials of earlier sweeps that its search learns from (warm start). */
  readonly earlierTrials: readonly EarlierTrial[]
  /** Number of results recorded so far. */
  readonly resultCount: number
  /** Why it paused itself, gave up or failed; null while no failure has changed its course. */
  readonly failure: SweepFailure | null
  /**
   * Index from which trials count for the check whether the first trials all fail. Resuming the sweep raises it past
   * the trials that have already failed.
   */
  readonly failureCheckFrom: number
  /** While true, no trial of the sweep starts. */
  readonly isPaused: boolean
  readonly createdAt: number
  readonly endedAt: number | null
  readonly deletedAt: number | null
  readonly purgedAt: number | null
  readonly version: number
}

/** The most frequent cause among the failed trials of a sweep. */
export interface FailureCause {
  /** Number of failed trials. */
  readonly trials: number
  /** Number of these that ended in the way of `ending`. */
  readonly same: number
  readonly ending: Ending
  /** Log line that explains the failure; null where the log adds nothing to `ending`. */
  readonly line: string | null
}

/** A failure that paused or ended a sweep. */
export interface SweepFailure extends FailureCause {
  /**
   * `first`: the first trials all failed and the sweep paused; `next`: the same again after a resume; `many`: more
   * trials failed than the plan allows; `all`: every trial failed.
   */
  readonly kind: 'first' | 'next' | 'many' | 'all'
}

/** Fields of a sweep to insert. */
export type NewSweep = Pick<Sweep, 'id' | 'plan' | 'planDigest' | 'seed' | 'host'> &
  Partial<Pick<Sweep, 'projectId' | 'documentDigest' | 'snapshot' | 'earlierTrials'>>

/**
 * A point of a sweep and the inputs that it was computed from: the first `resultsUsed` results, all points before it,
 * and the budget at that time.
 */
export interface SweepTrial extends Suggestion {
  /** Number of results that the method had. */
  readonly resultsUsed: number
  readonly budget: number | null
}

/** One entry of a sweep's record: the result of a trial at a rung. */
export interface SweepResult {
  readonly index: number
  readonly rung: number
  /** How many times the trial was run before; absent: never. */
  readonly rerunCount?: number
  readonly phase: Extract<RunPhase, 'paused' | 'running' | 'succeeded' | 'failed' | 'stopped'>
  /**
   * Value of the sweep's metric: its last, lowest or highest, as the plan says. Null where there is no finite one.
   */
  readonly value: number | null
}
