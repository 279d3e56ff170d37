import type { ReasonCode } from '../../contract/messages/messages.ts'
import type { RunPhase } from '../../contract/phases.ts'
import type { ValueMap } from '../../contract/values.ts'

/** The outcome of a trial that has ended. */
export interface TrialOutcome {
  readonly index: number
  readonly number: number
  readonly phase: Extract<RunPhase, 'succeeded' | 'failed' | 'stopped'>
  readonly reason: ReasonCode | null
  readonly rung: number
  readonly params: ValueMap
  /**
   * Last, lowest or highest value of the sweep's metric, as the plan requests. Null where the trial has no finite
   * value.
   */
  readonly value: number | null
  /** Running time of all attempts of the trial together. */
  readonly seconds: number
}

/** A trial that has not ended. */
export interface OpenTrial {
  readonly id: string
  readonly number: number
  readonly phase: RunPhase
  readonly index: number | null
  readonly rung: number
  /** Whether the trial is paused at a rung and can be promoted. */
  readonly isAtRung: boolean
}

/** The fields of a trial that the charts of its sweep show. */
export interface ChartTrial {
  readonly index: number
  readonly number: number
  readonly phase: RunPhase
  readonly reason: ReasonCode | null
  readonly rung: number
  readonly params: ValueMap
  readonly value: number | null
  /** Whether the trial logged the sweep's metric. If true and `value` is null, the value is NaN or infinite. */
  readonly hasMetric: boolean
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/**
 * The fields of a begun attempt that the charts of a sweep show. `index` is the index of its trial, `n` its number
 * within the run.
 */
export interface ChartAttempt {
  readonly index: number
  readonly n: number
  readonly startedAt: number
  readonly endedAt: number | null
  readonly reason: ReasonCode | null
}
