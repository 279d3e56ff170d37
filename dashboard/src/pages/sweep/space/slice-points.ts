import type { Coordinates } from '../../../charts/parallel/parallel-axes.ts'
import { sideOf } from '../../../charts/trials.ts'
import type { Trial, TrialSet } from '../../../charts/trials.ts'

/** A trial on a scatter chart of one parameter (`x`) and the metric (`y`). */
export interface SlicePoint {
  readonly trial: Trial
  readonly x: number
  readonly y: number
}

/** The trials on a scatter chart of one parameter, and the numbers of those that are special. */
export interface SlicePoints {
  readonly points: readonly SlicePoint[]
  /** Number of points whose value lies beyond an end of the scale. */
  readonly beyondCount: number
  /** Number of trials that have a value but lack the parameter. */
  readonly lackingCount: number
}

/** Returns the trials that have a value and the parameter, whose coordinate `at` returns. */
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
