import type { Directions } from '../../../../../src/contract/project.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import { cellOf, columnTitle, isMetricColumn } from '../columns.ts'
import type { SortKey } from '../runs-state.ts'
import { columnRange } from './column-range.ts'
import type { ColumnRange } from './column-range.ts'
import type { TableLayout } from './table-layout.ts'

/** Properties that all rows of a list share: which columns are drawn, and how. */
export interface RowFrame {
  readonly project: string
  readonly pinned: readonly string[]
  /** Columns that scroll sideways and are drawn: those in sight, with a few on either side. */
  readonly moving: readonly string[]
  /** Index of the first of `moving` among all columns that scroll. */
  readonly first: number
  /** Whether further columns follow after `moving`. */
  readonly isCut: boolean
  /** Columns of the second line of each row on a phone; undefined elsewhere. */
  readonly summary: readonly string[] | undefined
  readonly ranges: ReadonlyMap<string, ColumnRange | undefined>
  /** The metric column whose cells show a bar for how good their value is; undefined for none. */
  readonly gauged: string | undefined
  /** Columns that contain text, which is aligned left. Numbers are aligned right. */
  readonly texts: ReadonlySet<string>
  readonly directions: Directions
}

/** Number of columns in the summary line of a row on a phone. */
const SUMMARY_COLUMNS = 2

/**
 * Returns the properties that the rows share. `drawn` are the indices in
 * `layout.moving` of the first and the last column to draw.
 */
export function toRowFrame({
  project,
  pages,
  columns,
  layout,
  drawn: [first, last],
  sort,
  directions,
  isPhone,
}: {
  readonly project: string
  readonly pages: readonly (readonly RunView[])[]
  readonly columns: readonly string[]
  readonly layout: TableLayout
  readonly drawn: readonly [number, number]
  readonly sort: readonly SortKey[]
  readonly directions: Directions
  readonly isPhone: boolean
}): RowFrame {
  return {
    project,
    pinned: layout.pinned.map(({ column }) => column),
    moving: layout.moving.slice(first, last + 1).map(({ column }) => column),
    first,
    isCut: last < layout.moving.length - 1,
    summary: isPhone ? [...columns.filter(isMetricColumn), ...columns].slice(0, SUMMARY_COLUMNS) : undefined,
    ranges: new Map(columns.map((column) => [column, columnRange(pages, column, directions)])),
    gauged: gaugedColumn(columns, sort, directions),
    texts: new Set(columns.filter((column) => isTextColumn(pages[0] ?? [], column, directions))),
    directions,
  }
}

/**
 * Returns the column whose cells show a bar, among the metrics with a direction: the one that the list is sorted by
 * first, otherwise the first of them.
 */
function gaugedColumn(
  columns: readonly string[],
  sort: readonly SortKey[],
  directions: Directions,
): string | undefined {
  const directed = columns.filter(
    (column) => isMetricColumn(column) && directions[columnTitle(column).name] !== undefined,
  )
  return directed.find((column) => column === sort[0]?.field) ?? directed[0]
}

/** Whether a column contains text, which is aligned left. */
function isTextColumn(runs: readonly RunView[], column: string, directions: Directions): boolean {
  return !isMetricColumn(column) && runs.some((run) => typeof cellOf(run, column, directions) === 'string')
}
