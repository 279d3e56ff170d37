import type { TrialsView } from '../../../src/contract/charts.ts'
import { measureName } from '../../../src/contract/measure.ts'
import type { RunPhase } from '../../../src/contract/phases.ts'
import { objectiveScale, positionOf } from './scales.ts'
import type { Scale } from './scales.ts'

/**
 * A trial as the charts of a sweep draw it. `number` is the number of its run; times are in milliseconds since 1970.
 */
export interface Trial {
  readonly index: number
  readonly number: number
  readonly phase: RunPhase
  readonly reason: string | null
  readonly rung: number
  /** Value of the metric; null where the trial has none or has failed. */
  readonly value: number | null
  /** Whether the trial logged the metric as NaN or an infinity. */
  readonly isNotFinite: boolean
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly params: Readonly<Record<string, unknown>>
}

/** The trials of a sweep, and the values that all charts of the sweep share. */
export interface TrialSet {
  readonly trials: readonly Trial[]
  /**
   * Name of the value by which trials are compared, such as `loss` or `loss.min`; null for a sweep without a metric.
   */
  readonly metric: string | null
  readonly isMaximized: boolean
  /** The trial with the best value among those that succeeded, were stopped or are paused. */
  readonly best: Trial | undefined
  readonly scale: Scale
  /** Number of trials whose value lies beyond an end of the scale. Charts draw such values at that end. */
  readonly beyond: number
  /** The least and the greatest value, clamped to the ends of the scale. Without values: the ends of the scale. */
  readonly ends: readonly [number, number]
  /**
   * Returns how good a value is: 0 for the worst on the scale, 1 for the best. The result is not linear: equal
   * differences of values count more among good values than among bad ones.
   */
  readonly qualityOf: (value: number) => number
}

const WORTH_POWER = 1.5

/** Converts the columns of an API answer to trials, and computes the values that all charts of the sweep share. */
export function toTrialSet(view: TrialsView): TrialSet {
  const names = Object.keys(view.params)
  const trials = view.index.map((index, i): Trial => {
    const phase = view.phase[i]!

    return {
      index,
      number: view.number[i]!,
      phase,
      reason: view.reason[i]!,
      rung: view.rung[i]!,
      value: phase === 'failed' ? null : view.value[i]!,
      isNotFinite: view.isOdd[i]!,
      startedAt: toTime(view.startedAt[i]!),
      endedAt: toTime(view.endedAt[i]!),
      params: Object.fromEntries(names.map((name) => [name, view.params[name]![i]])),
    }
  })

  const isMaximized = view.optimization === 'maximize'
  const values = trials.flatMap(({ value }) => value ?? [])
  const scale = objectiveScale(values, isMaximized)

  // Only these trials can be the best one. A trial that is paused at its rung has a value, too.
  const ended = trials.filter(
    ({ value, phase }) => value !== null && (phase === 'succeeded' || phase === 'stopped' || phase === 'paused'),
  )

  return {
    trials,
    metric: view.metric === null ? null : measureName({ metric: view.metric, bestBy: view.bestBy }),
    isMaximized,
    best: ended.reduce<Trial | undefined>(
      (best, trial) => (best === undefined || isBetter(trial.value!, best.value!, isMaximized) ? trial : best),
      undefined,
    ),
    scale,
    beyond: values.filter((value) => sideOf(scale, value) !== 0).length,
    ends: values.reduce<[number, number]>(
      ([low, high], value) => [Math.min(low, Math.max(value, scale.low)), Math.max(high, Math.min(value, scale.high))],
      values.length > 0 ? [Infinity, -Infinity] : [scale.low, scale.high],
    ),
    qualityOf: (value) => {
      const part = Math.min(1, Math.max(0, positionOf(scale, value)))
      return (isMaximized ? part : 1 - part) ** WORTH_POWER
    },
  }
}

/** Returns 1 for a value above the range of a scale, −1 for one below it, 0 for one in it. */
export function sideOf({ low, high }: Scale, value: number): -1 | 0 | 1 {
  return value > high ? 1 : value < low ? -1 : 0
}

/** Whether a trial in this phase occupies a slot. */
export function isActive(phase: RunPhase): boolean {
  return phase === 'running' || phase === 'starting' || phase === 'stopping'
}

function toTime(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso)
}

function isBetter(a: number, b: number, isMaximized: boolean): boolean {
  return isMaximized ? a > b : a < b
}

/** Returns each value that was better than all before it, with the index of its trial, in the order of the trials. */
export function bestSoFar({
  trials,
  isMaximized,
}: Pick<TrialSet, 'trials' | 'isMaximized'>): { index: number; value: number }[] {
  const steps: { index: number; value: number }[] = []
  for (const { index, value } of trials) {
    const best = steps.at(-1)
    if (value !== null && (!best || isBetter(value, best.value, isMaximized))) steps.push({ index, value })
  }
  return steps
}

/**
 * Returns the empirical distribution of the values of trials: for each value, the share of the trials with that value
 * or a lower one. Trials without a value do not count.
 */
export function distributionOf(trials: readonly Trial[]): { value: number; share: number }[] {
  const values = trials.flatMap(({ value }) => value ?? []).toSorted((a, b) => a - b)
  return values.flatMap((value, i) => (values[i + 1] === value ? [] : [{ value, share: (i + 1) / values.length }]))
}
