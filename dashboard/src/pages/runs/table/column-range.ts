import type { Directions } from '../../../../../src/contract/project.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import { columnFormat } from '../../../format.ts'
import { cellOf, isMetricColumn, parseColumn } from '../columns.ts'

/** The lowest and the highest value of a metric column, and how its numbers are written. */
export interface ColumnRange {
  readonly low: number
  readonly high: number
  readonly format: (value: number) => string
}

/**
 * Returns the range of a metric column over all pages; undefined with fewer than two values. Each page is scanned once.
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
 * Returns the length of the gauge of a value from 0 to 1: 1 for the best value of the rows; undefined where all values
 * are equal, or for NaN.
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

/** Number of values of a page that decide how numbers are written. */
const SAMPLE_VALUES = 50
/** Bounds of loaded pages, by column and direction: the best value depends on the direction. */
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
