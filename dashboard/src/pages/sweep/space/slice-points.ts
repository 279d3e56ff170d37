import type { Coordinates } from '../../../charts/parallel/parallel-axes.ts'
import { sideOf } from '../../../charts/trials.ts'
import type { Trial, TrialSet } from '../../../charts/trials.ts'

/** A trial on a scatter chart of one parameter (`x`) and the metric (`y`). */
export interface SlicePoint {
  readonly trial: Trial
  readonly x: number
  readonly y: number
}

/** The trials to draw on a scatter chart of one parameter, and counts for the note of the chart. */
export interface SlicePoints {
  readonly points: readonly SlicePoint[]
  /** Number of points whose metric value lies beyond an end of the scale. */
  readonly beyondCount: number
  /** Number of trials that have a metric value but no value of the parameter. */
  readonly lackingCount: number
}

/**
 * Returns the trials that have a metric value and a value of the parameter. `at` returns the x coordinate of a trial.
 */
export function toSlicePoints(
  { trials, scale }: Pick<TrialSet, 'trials' | 'scale'>,
  at: Coordinates['at'],
): SlicePoints {
  const withValue = trials.flatMap((trial) => (trial.value === null ? [] : [{ trial, x: at(trial), y: trial.value }]))
  const points = withValue.flatMap(({ x, ...rest }) => (x === undefined ? [] : [{ ...rest, x }]))

  return {
    points,
    beyondCount: points.filter(({ y }) => sideOf(scale, y) !== 0).length,
    lackingCount: withValue.length - points.length,
  }
}
