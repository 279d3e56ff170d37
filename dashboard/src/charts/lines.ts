import type { SeriesView } from '../../../src/contract/charts.ts'

/** What lies on the x axis of a line: steps, seconds since its first point, the time of day, or a metric as `m.NAME`. */
export type XAxis = 'step' | 'relative' | 'wall' | `m.${string}`

export interface Line {
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
  readonly low: readonly (number | null)[]
  readonly high: readonly (number | null)[]
}

/** The metric on an axis; undefined for one of steps or time. */
export function metricOn(axis: string): string | undefined {
  return axis.startsWith('m.') ? axis.slice(2) : undefined
}

/**
 * A series along an axis, in the order of x. Steps may fall in the data: a restart writes its steps again.
 * @param across - The series of the metric on the x axis, where one is: each point lies at the value that it had by that step.
 */
export function toLine(series: SeriesView, axis: XAxis, across?: SeriesView): Line {
  const places = metricOn(axis) === undefined ? xOf(series, axis) : across ? valuesBy(across, series.step) : []
  const order = Array.from(places.keys()).filter((i) => places[i] !== undefined)
  const x = order.map((i) => places[i]!)
  if (!isRising(x)) order.sort((a, b) => places[a]! - places[b]! || a - b)
  const along = <T>(values: readonly T[]): T[] => order.map((i) => values[i]!)
  return distinct({
    x: order.map((i) => places[i]!),
    y: along(series.last),
    low: along(series.min),
    high: along(series.max),
  })
}

function xOf(series: SeriesView, axis: XAxis): readonly (number | undefined)[] {
  if (axis === 'step') return series.step
  return series.time.map((time) => (axis === 'wall' ? time / 1000 : (time - series.startTime) / 1000))
}

/** The last value of a series at or before each step; undefined where it had none yet. */
function valuesBy({ step, last }: SeriesView, steps: readonly number[]): (number | undefined)[] {
  const known = Array.from(step.keys()).toSorted((a, b) => step[a]! - step[b]! || a - b)
  return steps.map((at) => {
    let [low, high] = [0, known.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (step[known[middle]!]! <= at) low = middle + 1
      else high = middle
    }
    return low === 0 ? undefined : (last[known[low - 1]!] ?? undefined)
  })
}

/** Where a moment lies on the axis of a series: the first point that came after it. Undefined where none did, or on a metric. */
export function placeOf(series: SeriesView, time: number, axis: XAxis): number | undefined {
  if (axis === 'wall') return time / 1000
  if (axis === 'relative') return (time - series.startTime) / 1000
  const at = series.time.findIndex((one) => one >= time)
  return axis === 'step' && at >= 0 ? series.step[at] : undefined
}

function isRising(x: readonly number[]): boolean {
  return x.every((value, i) => i === 0 || value > x[i - 1]!)
}

/** Of points at the same x the last counts. */
function distinct(line: Line): Line {
  const kept = line.x.flatMap((value, i) => (value === line.x[i + 1] ? [] : [i]))
  if (kept.length === line.x.length) return line
  const pick = <T>(values: readonly T[]): T[] => kept.map((i) => values[i]!)
  return { x: pick(line.x), y: pick(line.y), low: pick(line.low), high: pick(line.high) }
}

/**
 * Exponential moving average whose weight starts at the data, not at zero (the bias is divided out). `weight` from 0 (the
 * line itself) below 1. Gaps stay gaps, and what follows goes on from before.
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

/** Lines of different x on one: each x of any line once, null where a line has none, and which lines have a gap there. */
export function join(lines: readonly Line[]): { x: number[]; columns: (number | null | undefined)[][] } {
  const x = [...new Set(lines.flatMap((line) => line.x))].toSorted((a, b) => a - b)
  const at = new Map(x.map((value, i) => [value, i]))
  const columns = lines.map((line) => {
    // undefined is spanned, null is a gap.
    const column: (number | null | undefined)[] = Array.from({ length: x.length })
    line.x.forEach((value, i) => (column[at.get(value)!] = line.y[i]!))
    return column
  })
  return { x, columns }
}

/** Places in a joined column of values that have a gap, or nothing, on either side. */
export function alone(column: ArrayLike<number | null | undefined>): number[] {
  const places: number[] = []
  // The place of the last value, where nothing has been joined to it yet. This runs with each repaint: nothing is built.
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
