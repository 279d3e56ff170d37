import type { SeriesView } from '../../../src/contract/charts.ts'

/** What lies on the x axis of a line: steps, seconds since the run's first point, or the time of day. */
export type XAxis = 'step' | 'relative' | 'wall'

export interface Line {
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
  readonly low: readonly (number | null)[]
  readonly high: readonly (number | null)[]
}

/** A series along an axis, in the order of x. Steps may fall in the data: a restart writes its steps again. */
export function toLine(series: SeriesView, axis: XAxis): Line {
  const first = series.time[0] ?? 0
  const x = axis === 'step' ? series.step : series.time.map((time) => (axis === 'wall' ? time / 1000 : (time - first) / 1000))
  const order = isRising(x) ? undefined : Array.from(x.keys()).toSorted((a, b) => x[a]! - x[b]! || a - b)
  const along = <T>(values: readonly T[]): readonly T[] => (order ? order.map((i) => values[i]!) : values)
  return distinct({ x: along(x), y: along(series.last), low: along(series.min), high: along(series.max) })
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
