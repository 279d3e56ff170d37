import type { AxisView } from '../../../../src/contract/charts.ts'
import { positionOf, scaleFor } from '../scales.ts'
import type { Scale } from '../scales.ts'
import type { Trial, TrialSet } from '../trials.ts'

/** A vertical axis of the chart of parallel coordinates. */
export interface Axis {
  readonly name: string
  readonly kind: 'number' | 'category'
  readonly scale: Scale
  readonly categories: readonly string[]
  readonly isInverted: boolean
  /**
   * Returns where a trial crosses the axis as it is drawn: 0 at the bottom, 1 at the top; undefined for a trial without
   * a value on this axis.
   */
  readonly at: (trial: Trial) => number | undefined
}

/** A parameter as the axis of a plot. The coordinate of a category is its index. */
export interface Coordinates {
  readonly scale: Scale
  readonly isCategory: boolean
  /** Returns the coordinate of a trial; undefined for a trial without a value of this parameter. */
  readonly at: (trial: Trial) => number | undefined
}

/**
 * Returns the scale of a parameter, wide enough for the search space and all trials, and the coordinates of trials on
 * it.
 */
export function coordinatesOf(axis: AxisView, set: TrialSet): Coordinates {
  if (axis.scale === 'category')
    return {
      scale: { low: -0.5, high: axis.categories.length - 0.5, isLog: false },
      isCategory: true,
      at: ({ params }) => {
        const index = axis.categories.indexOf(categoryNameOf(params[axis.name]))
        return index < 0 ? undefined : index
      },
    }
  const at = ({ params }: Trial): number | undefined =>
    typeof params[axis.name] === 'number' ? (params[axis.name] as number) : undefined

  const values = [
    ...set.trials.flatMap((trial) => at(trial) ?? []),
    ...[axis.low, axis.high].flatMap((end) => end ?? []),
  ]
  return { scale: scaleFor(values, { margin: 0.02, isLog: axis.scale === 'log' }), isCategory: false, at }
}

/**
 * A selected range of an axis, from low to high, in fractions of its length from the bottom. Trials outside of it are
 * drawn faint.
 */
export type Brush = readonly [number, number]

/**
 * Returns the axes of a sweep: its searched parameters in their order, then the objective, if the sweep has a metric.
 * `inverted` contains the names of the axes to invert.
 */
export function toAxes(axes: readonly AxisView[], set: TrialSet, inverted: ReadonlySet<string>): Axis[] {
  const own = axes.map((view) => {
    const numbers = set.trials.flatMap(({ params }) =>
      typeof params[view.name] === 'number' ? [params[view.name] as number] : [],
    )
    const bounds = [view.low, view.high].flatMap((end) => end ?? [])
    const scale = { ...scaleFor([...numbers, ...bounds], { margin: 0, isLog: view.scale === 'log' }) }

    const isCategory = view.scale === 'category'
    const at = (trial: Trial): number | undefined => {
      const value = trial.params[view.name]
      if (value === null || value === undefined) return undefined
      if (!isCategory)
        return typeof value === 'number' ? invertIf(positionOf(scale, value), inverted.has(view.name)) : undefined
      const index = view.categories.indexOf(categoryNameOf(value))
      return index < 0
        ? undefined
        : invertIf(view.categories.length === 1 ? 0.5 : index / (view.categories.length - 1), inverted.has(view.name))
    }

    return {
      name: view.name,
      kind: isCategory ? ('category' as const) : ('number' as const),
      scale,
      categories: view.categories,
      isInverted: inverted.has(view.name),
      at,
    }
  })

  if (set.metric === null) return own

  const isInverted = inverted.has(set.metric)
  const objective = {
    name: set.metric,
    kind: 'number' as const,
    scale: set.scale,
    categories: [],
    isInverted,
    at: ({ value }: Trial) =>
      value === null ? undefined : invertIf(Math.min(1, Math.max(0, positionOf(set.scale, value))), isInverted),
  }

  return [...own, objective]
}

/** Returns a fraction of the length of an axis unchanged, or measured from the other end if the axis is inverted. */
export function invertIf(part: number, isInverted: boolean): number {
  return isInverted ? 1 - part : part
}

/** Returns the text by which the server names a value as a category. Booleans are written as in Python. */
export function categoryNameOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === true ? 'True' : value === false ? 'False' : JSON.stringify(value)
}

/**
 * Returns the indices of the trials that cross, on every axis with brushes, at least one brush of this axis. A trial
 * without a value on an axis with brushes is left out.
 */
export function trialsInsideBrushes(
  trials: readonly Trial[],
  axes: readonly Axis[],
  brushes: Readonly<Record<string, readonly Brush[]>>,
): Set<number> {
  const active = axes.filter(({ name }) => (brushes[name]?.length ?? 0) > 0)

  return new Set(
    trials.flatMap((trial) => {
      const isIn = active.every(({ name, at }) => {
        const part = at(trial)
        return part !== undefined && brushes[name]!.some(([low, high]) => part >= low - 1e-9 && part <= high + 1e-9)
      })
      return isIn ? [trial.index] : []
    }),
  )
}
