import type { SeriesView } from '../../../../src/contract/charts.ts'

/**
 * The x axis of a line: `step`; `relative`, the seconds since its first point; `wall`, the time of day, in seconds
 * since 1970; or a metric as `m.NAME`.
 */
export type XAxis = 'step' | 'relative' | 'wall' | `m.${string}`

/**
 * A line and the lower and upper edge of its band. Entry i of each list belongs to `x[i]`. Null is a gap: the value was
 * NaN or infinite.
 */
export interface Line {
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
  readonly low: readonly (number | null)[]
  readonly high: readonly (number | null)[]
}

/** Returns the name of the metric on an x axis; undefined for steps or time. */
export function metricOn(axis: string): string | undefined {
  return axis.startsWith('m.') ? axis.slice(2) : undefined
}

/**
 * Returns a series as a line along an axis, sorted by x. Sorting is needed because a restarted run may log lower steps
 * again. If several points have the same x, only the last is kept. Points without an x are left out.
 * @param xSeries - The series of the metric on the x axis, for an axis with a metric. The x of a point is the last
 * value of this metric at or before the step of the point.
 */
export function toLine(series: SeriesView, axis: XAxis, xSeries?: SeriesView): Line {
  const places = metricOn(axis) === undefined ? xOf(series, axis) : xSeries ? lastValuesAt(xSeries, series.step) : []
  const order = Array.from(places.keys()).filter((i) => places[i] !== undefined)

  const x = order.map((i) => places[i]!)
  if (!isRising(x)) order.sort((a, b) => places[a]! - places[b]! || a - b)

  const along = <T>(values: readonly T[]): T[] => order.map((i) => values[i]!)

  return keepLastAtSameX({
    x: order.map((i) => places[i]!),
    y: along(series.last),
    low: along(series.min),
    high: along(series.max),
  })
}

/** Returns the x of each point on an axis of steps or time; times in seconds. */
function xOf(series: SeriesView, axis: XAxis): readonly (number | undefined)[] {
  if (axis === 'step') return series.step
  return series.time.map((time) => (axis === 'wall' ? time / 1000 : (time - series.startTime) / 1000))
}

/**
 * Returns the last value of a series at or before each step; undefined if there is no earlier value or the last one is
 * a gap.
 */
function lastValuesAt({ step, last }: SeriesView, steps: readonly number[]): (number | undefined)[] {
  const order = Array.from(step.keys()).toSorted((a, b) => step[a]! - step[b]! || a - b)

  return steps.map((at) => {
    let [low, high] = [0, order.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (step[order[middle]!]! <= at) low = middle + 1
      else high = middle
    }
    return low === 0 ? undefined : (last[order[low - 1]!] ?? undefined)
  })
}

/**
 * Returns the x of a time in milliseconds since 1970. On the axis of steps this is the step of the first point at or
 * after the time, and undefined after the last point. Undefined on an axis with a metric.
 */
export function xOfTime(series: SeriesView, time: number, axis: XAxis): number | undefined {
  if (axis === 'wall') return time / 1000
  if (axis === 'relative') return (time - series.startTime) / 1000
  const at = series.time.findIndex((one) => one >= time)
  return axis === 'step' && at >= 0 ? series.step[at] : undefined
}

function isRising(x: readonly number[]): boolean {
  return x.every((value, i) => i === 0 || value > x[i - 1]!)
}

/** Keeps the last of several points at the same x. */
function keepLastAtSameX(line: Line): Line {
  const kept = line.x.flatMap((value, i) => (value === line.x[i + 1] ? [] : [i]))
  if (kept.length === line.x.length) return line
  const pick = <T>(values: readonly T[]): T[] => kept.map((i) => values[i]!)
  return { x: pick(line.x), y: pick(line.y), low: pick(line.low), high: pick(line.high) }
}

/**
 * Returns the exponential moving average, corrected for its start at zero (the bias is divided out). `weight` is at
 * least 0, which changes nothing, and below 1. A gap stays a gap, and the average continues after it.
 */
export function smooth(y: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...y]
  let sum = 0
  let mass = 0
  return y.map((value) => {
    if (value === null) return null
    sum = weight * sum + (1 - weight) * value
    mass = weight * mass + (1 - weight)
    return sum / mass
  })
}

/**
 * Merges the x of all lines into one ascending list, and returns a column of y for each line. In a column null is a gap
 * of the line, and undefined an x at which only other lines have a point.
 */
export function alignLines(lines: readonly Line[]): { x: number[]; columns: (number | null | undefined)[][] } {
  const x = [...new Set(lines.flatMap((line) => line.x))].toSorted((a, b) => a - b)
  const at = new Map(x.map((value, i) => [value, i]))

  const columns = lines.map((line) => {
    // uPlot connects the points around undefined, and interrupts the line at null.
    const column: (number | null | undefined)[] = Array.from({ length: x.length })
    line.x.forEach((value, i) => (column[at.get(value)!] = line.y[i]!))
    return column
  })

  return { x, columns }
}

/**
 * Returns the indices of the values in a column of `alignLines` that no stroke connects: on each side the next entry
 * that is not undefined is a gap (null), or there is none.
 */
export function isolatedIndices(column: ArrayLike<number | null | undefined>): number[] {
  const places: number[] = []

  // Index of the last value while no other value is connected to it, else -1. This code runs at each repaint, so it
  // makes no copies of the column.
  let open = -1
  let isJoined = false

  for (let i = 0; i < column.length; i += 1) {
    const value = column[i]
    if (value === undefined) continue
    if (value === null) {
      if (open >= 0) places.push(open)
      open = -1
      isJoined = false
    } else {
      open = isJoined || open >= 0 ? -1 : i
      isJoined = open < 0
    }
  }

  return open >= 0 ? [...places, open] : places
}
