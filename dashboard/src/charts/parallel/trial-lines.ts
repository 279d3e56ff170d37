import type { Trial, TrialSet } from '../trials.ts'
import type { Axis } from './parallel-axes.ts'
import type { ParallelLayout } from './parallel-layout.ts'

/** Vertical distance in pixels within which the pointer counts as on a line. */
const LINE_NEAR_PX = 6
const JITTER_PX = 5

/**
 * The line of a trial. `fractions` has for each axis where the line crosses it, from 0 at the bottom to 1 at the top;
 * undefined if the trial has no value there. `quality` is from 0 to 1 for the best; -1 for a trial without a value of
 * the objective.
 */
export interface TrialLine {
  readonly trial: Trial
  readonly quality: number
  readonly fractions: readonly (number | undefined)[]
}

/** Returns the lines of all trials, the best last, so that they are drawn on top. */
export function toTrialLines(set: TrialSet, axes: readonly Axis[]): TrialLine[] {
  return set.trials
    .map((trial) => ({
      trial,
      quality: trial.value === null ? -1 : set.qualityOf(trial.value),
      fractions: axes.map(({ at }) => at(trial)),
    }))
    .toSorted((a, b) => a.quality - b.quality)
}

/**
 * Returns the y in pixels at which a line crosses an axis. On an axis of categories lines are shifted by a few pixels.
 */
export function heightOn(
  { trial, fractions }: TrialLine,
  axis: number,
  { kind, layout: { toY, noneY } }: { readonly kind: Axis['kind']; readonly layout: ParallelLayout },
): number {
  const fraction = fractions[axis]
  if (fraction === undefined) return noneY
  return toY(fraction) + (kind === 'category' ? jitterOf(trial.index, axis) : 0)
}

/**
 * Returns a shift of at most 5 px up or down, fixed for each trial and axis, so that trials of the same category do not
 * hide one another.
 */
function jitterOf(index: number, axis: number): number {
  const hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(axis + 1, 0x85ebca6b)
  return (((hash >>> 8) % 1000) / 999 - 0.5) * 2 * JITTER_PX
}

/** Returns the line nearest to a point between two axes, measured vertically; undefined if none is within 6 px. */
export function lineAt(
  [x, y]: readonly [number, number],
  lines: readonly TrialLine[],
  axisCount: number,
  { toX, toY, noneY }: ParallelLayout,
): TrialLine | undefined {
  const right = Array.from({ length: axisCount }, (_, i) => toX(i)).findIndex((axisX) => axisX >= x)
  if (right < 1) return undefined

  const along = (x - toX(right - 1)) / (toX(right) - toX(right - 1))
  const toHeight = (fraction: number | undefined): number => (fraction === undefined ? noneY : toY(fraction))

  let [nearest, distance] = [undefined as TrialLine | undefined, LINE_NEAR_PX]
  for (const line of lines) {
    const [from, to] = [toHeight(line.fractions[right - 1]), toHeight(line.fractions[right])]
    const apart = Math.abs(from + along * (to - from) - y)
    if (apart <= distance) [nearest, distance] = [line, apart]
  }

  return nearest
}
