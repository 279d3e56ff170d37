/** Default widths in pixels of the columns that every row has. */
const FIXED = { check: 40, sample: 28, name: 240, duration: 92, created: 92 }
const METRIC_WIDTH = 128
const PARAM_WIDTH = 104
/**
 * Width in pixels of the column `cause`. The text of a cause is a sentence, which needs more space than other values.
 */
const CAUSE_WIDTH = 320
/** Number of columns drawn on either side of those in sight, so that slow scrolling does not show empty columns. */
const SPARE_COLUMNS = 2

/** A column and its width in pixels. */
export interface SizedColumn {
  readonly column: string
  readonly width: number
}

/** The columns of a run list: those that stay in place, and those that scroll sideways. All widths are in pixels. */
export interface TableLayout {
  readonly nameWidth: number
  readonly pinned: readonly SizedColumn[]
  /** Columns that scroll sideways, with `LAST_COLUMNS` at the end. */
  readonly moving: readonly SizedColumn[]
  /** Width of the part that stays in place: the checkbox, the line sample, the name and the pinned columns. */
  readonly pinsWidth: number
  /** Width of the whole row. */
  readonly width: number
}

/** The layout for a window too narrow for columns. Each row has two lines, the name and a summary. */
export const NARROW_LAYOUT: TableLayout = {
  nameWidth: 0,
  pinned: [],
  moving: [],
  pinsWidth: FIXED.check + FIXED.sample,
  width: 0,
}

/** Number of columns before the pinned ones: the checkbox, the line sample, the name. */
export const LEADING_COLUMNS = 3
/** Columns that every row ends with. */
export const LAST_COLUMNS = ['duration', 'created'] as const

/** Whether a column is one that every row ends with. */
export function isLastColumn(column: string): column is (typeof LAST_COLUMNS)[number] {
  return LAST_COLUMNS.some((one) => one === column)
}

/** Returns the layout of columns, the pinned ones first. `widths` replaces default widths, also the width of `name`. */
export function layOut(
  columns: readonly string[],
  { pinned, widths }: { pinned: readonly string[]; widths: Readonly<Record<string, number>> },
): TableLayout {
  const toSized = (column: string): SizedColumn => ({ column, width: widths[column] ?? widthOf(column) })
  const nameWidth = widths['name'] ?? FIXED.name
  const pinnedColumns = columns.filter((column) => pinned.includes(column)).map(toSized)
  const scrolling = [...columns.filter((column) => !pinned.includes(column)), ...LAST_COLUMNS].map(toSized)
  const pinsWidth = FIXED.check + FIXED.sample + nameWidth + sum(pinnedColumns)
  return { nameWidth, pinned: pinnedColumns, moving: scrolling, pinsWidth, width: pinsWidth + sum(scrolling) }
}

function widthOf(column: string): number {
  if (isLastColumn(column)) return FIXED[column]
  if (column === 'cause') return CAUSE_WIDTH
  return column.startsWith('m.') ? METRIC_WIDTH : PARAM_WIDTH
}

function sum(columns: readonly SizedColumn[]): number {
  return columns.reduce((total, { width }) => total + width, 0)
}

/**
 * Returns the first and the last index in `moving` of the columns to draw: those in sight, with `SPARE_COLUMNS` more on
 * either side. Returns all of them if the whole table fits or the window has no width yet. `view` is the scroll
 * position and the width of the table in pixels.
 */
export function columnsInSight(
  { moving, pinsWidth, width }: TableLayout,
  view: { readonly left: number; readonly width: number },
): [number, number] {
  if (view.width === 0 || width <= view.width) return [0, moving.length - 1]

  const room = view.width - pinsWidth
  let first = 0
  let left = 0
  while (first < moving.length - 1 && left + moving[first]!.width <= view.left) left += moving[first++]!.width

  let last = first
  while (last < moving.length - 1 && left + moving[last]!.width < view.left + room) left += moving[last++]!.width

  return [Math.max(0, first - SPARE_COLUMNS), Math.min(moving.length - 1, last + SPARE_COLUMNS)]
}

/** Returns `grid-template-columns` of a row. The part that stays in place is one track, which takes the free space. */
export function rowTemplate({ pinsWidth, moving }: TableLayout): string {
  return [`minmax(${pinsWidth}px, 1fr)`, ...moving.map(({ width }) => `${width}px`)].join(' ')
}

/** Returns `grid-template-columns` of the part of a row that stays in place. */
export function pinsTemplate({ nameWidth, pinned }: TableLayout): string {
  return [
    `${FIXED.check}px`,
    `${FIXED.sample}px`,
    `minmax(${nameWidth}px, 1fr)`,
    ...pinned.map(({ width }) => `${width}px`),
  ].join(' ')
}

/** Returns the columns with `column` at the place of `to`; unchanged if one of both is missing. */
export function moveColumn(columns: readonly string[], column: string, to: string): string[] {
  const at = columns.indexOf(to)
  if (at < 0 || column === to || !columns.includes(column)) return [...columns]
  const others = columns.filter((one) => one !== column)
  others.splice(at, 0, column)
  return others
}
