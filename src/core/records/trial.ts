import type { ReasonCode } from '../../contract/messages/messages.ts'
import type { RunPhase } from '../../contract/phases.ts'
import type { ValueMap } from '../../contract/values.ts'

/** A trial that has ended. */
export interface TrialOutcome {
  readonly index: number
  readonly number: number
  readonly phase: Extract<RunPhase, 'succeeded' | 'failed' | 'stopped'>
  readonly reason: ReasonCode | null
  readonly rung: number
  readonly params: ValueMap
  /**
   * Value of the sweep's metric: its last, lowest or highest, as the plan says. Null where there is no finite one.
   */
  readonly value: number | null
  /** Running time of all its attempts together. */
  readonly seconds: number
}

/** A trial that has not ended. */
export interface OpenTrial {
  readonly id: string
  readonly number: number
  readonly phase: RunPhase
  readonly index: number | null
  readonly rung: number
  /** Whether it has reached its rung and waits to be promoted. */
  readonly isAtRung: boolean
}

/** A trial as the charts of its sweep need it. */
export interface ChartTrial {
  readonly index: number
  readonly number: number
  readonly phase: RunPhase
  readonly reason: ReasonCode | null
  readonly rung: number
  readonly params: ValueMap
  readonly value: number | null
  /** Whether it logged the metric. If it did and `value` is null, its value is NaN or infinite. */
  readonly hasMetric: boolean
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/** An attempt that has begun, as the charts of a sweep need it; `index` is that of its trial. */
export interface ChartAttempt {
  readonly index: number
  readonly n: number
  readonly startedAt: number
  readonly endedAt: number | null
  readonly reason: ReasonCode | null
}
