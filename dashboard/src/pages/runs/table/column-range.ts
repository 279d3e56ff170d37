import type { Directions } from '../../../../../src/contract/project.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import { columnFormat } from '../../../format.ts'
import { cellOf, isMetricColumn, parseColumn } from '../columns.ts'

/** The lowest and the highest value of a metric column, and a function that formats its numbers. */
export interface ColumnRange {
  readonly low: number
  readonly high: number
  readonly format: (value: number) => string
}

/**
 * Returns the range of a metric column over all pages. Undefined for other columns and with fewer than two values. The
 * bounds of each page are cached, so that each page is scanned once.
 */
export function columnRange(
  pages: readonly (readonly RunView[])[],
  column: string,
  directions: Directions,
): ColumnRange | undefined {
  if (!isMetricColumn(column)) return undefined

  const all = pages.flatMap((page) => boundsOf(page, column, directions) ?? [])
  if (all.reduce((sum, { count }) => sum + count, 0) < 2) return undefined

  const low = Math.min(...all.map((bounds) => bounds.low))
  const high = Math.max(...all.map((bounds) => bounds.high))
  return { low, high, format: columnFormat([low, high, ...(all[0]?.sample ?? [])]) }
}

/**
 * Returns the length of the bar that a cell shows for its value: 1 for the best value of the rows, 0 for the worst.
 * Undefined if all values are equal or this one is not finite.
 */
export function gaugeLength(
  { low, high }: Pick<ColumnRange, 'low' | 'high'>,
  value: number,
  isLessBetter: boolean,
): number | undefined {
  if (!(high > low) || !Number.isFinite(value)) return undefined
  const length = (value - low) / (high - low)
  return isLessBetter ? 1 - length : length
}

interface Bounds {
  readonly low: number
  readonly high: number
  readonly count: number
  readonly sample: readonly number[]
}

/** Number of values of a page that, with the lowest and highest, determine the number of decimals in the column. */
const SAMPLE_VALUES = 50
/** Cached bounds of each page, by column and direction of the metric: the values of a `best` column depend on it. */
const boundsOfPages = new WeakMap<readonly RunView[], Map<string, Bounds | undefined>>()

function boundsOf(page: readonly RunView[], column: string, directions: Directions): Bounds | undefined {
  const boundsByColumn = boundsOfPages.get(page) ?? new Map<string, Bounds | undefined>()
  boundsOfPages.set(page, boundsByColumn)

  const field = parseColumn(column)
  const key = `${column} ${field.kind === 'metric' ? directions[field.name] : ''}`
  if (!boundsByColumn.has(key)) boundsByColumn.set(key, scanBounds(page, column, directions))
  return boundsByColumn.get(key)
}

function scanBounds(page: readonly RunView[], column: string, directions: Directions): Bounds | undefined {
  const values = page.map((run) => cellOf(run, column, directions)).filter((value) => typeof value === 'number')
  if (values.length === 0) return undefined

  return {
    low: Math.min(...values),
    high: Math.max(...values),
    count: values.length,
    sample: values.slice(0, SAMPLE_VALUES),
  }
}
