import { digitsWithin, formatNumber } from '../../format.ts'
import type { DrawnLine } from './drawn-line.ts'
import type { XAxis } from './lines.ts'
import { formatX } from './ticks.ts'

/** Number of lines whose values are shown at the cursor: those nearest to it. */
const NEAREST_MAX = 6

type Column = ArrayLike<number | null | undefined>

/** Where the cursor is on a plot. Distances are in pixels. */
export interface CursorPlace {
  /** Index in the columns of the plot at which the x of the cursor is. */
  readonly index: number
  /** Distances of the cursor from the left and the upper edge of the plot area, in which the lines are drawn. */
  readonly left: number
  readonly top: number
  /** Distance of the plot area from the left edge of the chart, and the width of the plot area. */
  readonly areaLeft: number
  readonly areaWidth: number
  /** The least and the greatest value on the y axis. */
  readonly yRange: readonly [number, number]
  /** Returns the distance of a value from the upper edge of the plot area. */
  readonly toY: (value: number) => number
}

/**
 * The values at the cursor, formatted, and the position of the cursor. `left` is its distance from the left edge of the
 * chart in pixels.
 */
export interface Readout {
  readonly x: string
  readonly left: number
  /** Whether the cursor is in the right half of the plot area. The values are then shown to the left of the cursor. */
  readonly isRight: boolean
  /** The values, the greatest first. */
  readonly rows: readonly ReadoutRow[]
  /** Key of the line nearest to the cursor; undefined where no line has a value. */
  readonly nearest: string | undefined
}

/** The value of one line at the cursor. */
export interface ReadoutRow {
  readonly key: string
  readonly name: string
  readonly value: string
  readonly color: string
  readonly dash: readonly number[]
}

/**
 * The lines of a plot and the columns of its data. The first column is x; column `firstColumn + i` has the values of
 * line i.
 */
export interface ReadablePlot {
  readonly lines: readonly DrawnLine[]
  readonly columns: readonly Column[]
  readonly firstColumn: number
  readonly axis: XAxis
}

/** Returns the values at the cursor of the six lines nearest to the cursor. */
export function readValues(place: CursorPlace, { lines, columns, firstColumn, axis }: ReadablePlot): Readout {
  const values = lines.flatMap((drawn, i) => {
    const value = valueNear(columns[firstColumn + i]!, place.index)
    return value === undefined ? [] : [{ drawn, value, distance: Math.abs(place.toY(value) - place.top) }]
  })

  const near = values.toSorted((a, b) => a.distance - b.distance).slice(0, NEAREST_MAX)
  const digits = digitsWithin(...place.yRange)

  return {
    x: formatX(columns[0]![place.index]!, axis),
    left: place.areaLeft + place.left,
    isRight: place.left > place.areaWidth / 2,
    rows: near
      .toSorted((a, b) => b.value - a.value)
      .map(({ drawn: { key, label, look }, value }) => ({
        key,
        name: label,
        value: formatNumber(value, digits),
        color: look.color,
        dash: look.dash,
      })),
    nearest: near[0]?.drawn.key,
  }
}

/**
 * Returns the last value of a column at or before the index `at`, since a line need not have a point at every x.
 * Undefined in a gap (null), before the first value and after the last.
 */
export function valueNear(column: Column, at: number): number | undefined {
  for (let i = at; i >= 0; i -= 1) {
    const value = column[i]
    if (value === null) return undefined
    if (value !== undefined) return i === at || hasAfter(column, at) ? value : undefined
  }
  return undefined
}

function hasAfter(column: Column, at: number): boolean {
  for (let i = at + 1; i < column.length; i += 1) if (column[i] !== undefined) return true
  return false
}

/**
 * Returns the index of the x to which an arrow key moves the cursor from index `at`: the next one to the right or left.
 * Without a cursor → leads to the first x, and ← to the last. Undefined for other keys.
 */
export function nextIndex(key: string, at: number | undefined, count: number): number | undefined {
  if (key === 'ArrowRight') return Math.min(count - 1, (at ?? -1) + 1)
  return key === 'ArrowLeft' ? Math.max(0, (at ?? count) - 1) : undefined
}
