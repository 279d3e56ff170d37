import type { ReasonCode } from '../../contract/messages/messages.ts'
import type { RunPhase, SweepPhase } from '../../contract/phases.ts'
import type { SweepPlan } from '../../contract/plan.ts'
import type { Ending, HostInfo } from '../../contract/run.ts'
import type { StopCause } from './run.ts'
import type { EarlierTrial, Suggestion } from '../search/history.ts'

/** A sweep: its plan, its state and its notes. Times are milliseconds since 1970. */
export interface Sweep {
  readonly id: string
  readonly number: number
  readonly plan: SweepPlan
  readonly planDigest: string
  readonly seed: number
  readonly phase: SweepPhase
  readonly reason: ReasonCode | null
  /**
   * Why the sweep stops or was stopped: a person requested it (`user`), or a rule of its plan ended it (`method`);
   * otherwise null.
   */
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
  /** Largest number of trials in all; null where there is no limit. A person can raise it. */
  readonly budget: number | null
  /** Trials of earlier sweeps that the search uses as data from the start (warm start). */
  readonly earlierTrials: readonly EarlierTrial[]
  /** Number of results recorded in the `SweepHistoryStore` so far. */
  readonly resultCount: number
  /**
   * Why the sweep paused itself, gave up or failed; null where failures of trials have not changed its phase and not
   * paused it.
   */
  readonly failure: SweepFailure | null
  /**
   * Lowest trial index that is checked when a sweep pauses itself because its first trials all fail. After a person
   * resumes the sweep, this is the lowest index among the trials that had not ended.
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
  /** Number of all failed trials. */
  readonly trials: number
  /** Number of the failed trials that have this cause. */
  readonly same: number
  readonly ending: Ending
  /** Line of the log that explains the failure; null where `ending` explains it. */
  readonly line: string | null
}

/** A failure that paused or ended a sweep. */
export interface SweepFailure extends FailureCause {
  /**
   * `first`: the first trials all failed and the sweep paused. `next`: the first trials after it was resumed all
   * failed, and it paused again. `many`: more trials failed than the plan allows, and the sweep ended. `all`: every
   * trial failed.
   */
  readonly kind: 'first' | 'next' | 'many' | 'all'
}

/** Fields of a sweep to insert. */
export type NewSweep = Pick<Sweep, 'id' | 'plan' | 'planDigest' | 'seed' | 'host'> &
  Partial<Pick<Sweep, 'projectId' | 'documentDigest' | 'snapshot' | 'earlierTrials'>>

/**
 * A suggested point, and the inputs that it was computed from: the first `resultsUsed` recorded results, all points
 * before it, and the budget at that time.
 */
export interface SweepTrial extends Suggestion {
  /** Number of recorded results that the method used. */
  readonly resultsUsed: number
  readonly budget: number | null
}

/** The result of a trial at a rung, or at its end in a sweep without rungs (rung 0), as the sweep recorded it. */
export interface SweepResult {
  readonly index: number
  readonly rung: number
  /** Number of earlier runs of the same trial that failed and were replaced; absent: none. */
  readonly rerunCount?: number
  readonly phase: Extract<RunPhase, 'paused' | 'running' | 'succeeded' | 'failed' | 'stopped'>
  /**
   * Last, lowest or highest value of the sweep's metric, as the plan requests. Null where the trial has no finite
   * value.
   */
  readonly value: number | null
}
