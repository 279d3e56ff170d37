import { digitsWithin, formatNumber } from '../../format.ts'
import type { DrawnLine } from './drawn-line.ts'
import type { XAxis } from './lines.ts'
import { formatX } from './ticks.ts'

/** Number of lines beside the cursor whose values are shown. */
const NEAREST_MAX = 6

type Column = ArrayLike<number | null | undefined>

/** Where the cursor is on a plot. Distances are in pixels. */
export interface CursorPlace {
  /** Index of the x of the cursor in the columns of the plot. */
  readonly index: number
  /** Distances of the cursor from the left and the upper edge of the area in which lines are drawn. */
  readonly left: number
  readonly top: number
  /** Distance of that area from the left edge of the chart, and its width. */
  readonly areaLeft: number
  readonly areaWidth: number
  /** The least and the greatest value on the y axis. */
  readonly yRange: readonly [number, number]
  /** Returns the distance of a value from the upper edge. */
  readonly toY: (value: number) => number
}

/** The values at the cursor, and where on the chart they are shown. */
export interface Readout {
  readonly x: string
  readonly left: number
  /** Whether the cursor is in the right half. The values are then shown to its left. */
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

/** A plot with its lines: their columns begin at `firstColumn`. */
export interface ReadablePlot {
  readonly lines: readonly DrawnLine[]
  readonly columns: readonly Column[]
  readonly firstColumn: number
  readonly axis: XAxis
}

/** Returns the values of the lines nearest to the cursor. */
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
 * Returns the last value at or before an index, since a line need not have a point at every x. Undefined in a gap, and
 * after the end of the line.
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
 * Returns the index to which an arrow key moves the cursor: the next one on its side, or an end of the x axis where
 * there is no cursor. Undefined for other keys.
 */
export function nextIndex(key: string, at: number | undefined, count: number): number | undefined {
  if (key === 'ArrowRight') return Math.min(count - 1, (at ?? -1) + 1)
  return key === 'ArrowLeft' ? Math.max(0, (at ?? count) - 1) : undefined
}
