/** Widths of the columns that every row has, in pixels. */
const FIXED = { check: 40, sample: 28, name: 240, duration: 92, created: 92 }
const METRIC_WIDTH = 128
const WIDTH = 104
/** A cause is a sentence. */
const CAUSE_WIDTH = 320
/** Columns beside those in sight that are drawn too, so that a slow scroll meets none that is empty. */
const SPARE = 2

export interface LaidColumn {
  readonly column: string
  readonly width: number
}

/** Where the columns of a list lie: what stays in sight, then what moves under it. */
export interface TableLayout {
  readonly nameWidth: number
  readonly pinned: readonly LaidColumn[]
  /** Columns that scroll, those of every row behind them. */
  readonly moving: readonly LaidColumn[]
  /** What stays in sight together: the box, the piece of line, the name, the pinned columns. */
  readonly pinsWidth: number
  readonly width: number
}

/** A row of two lines, where a window is too narrow for columns: the name, and below it what `summary` names. */
export const NARROW: TableLayout = {
  nameWidth: 0,
  pinned: [],
  moving: [],
  pinsWidth: FIXED.check + FIXED.sample,
  width: 0,
}

/** The fields of the columns that every row ends with. */
export const LAST_COLUMNS = ['duration', 'created'] as const

export function layOut(
  columns: readonly string[],
  { pinned, widths }: { pinned: readonly string[]; widths: Readonly<Record<string, number>> },
): TableLayout {
  const laid = (column: string): LaidColumn => ({ column, width: widths[column] ?? widthOf(column) })
  const nameWidth = widths['name'] ?? FIXED.name
  const stays = columns.filter((column) => pinned.includes(column)).map(laid)
  const moving = [...columns.filter((column) => !pinned.includes(column)), ...LAST_COLUMNS].map(laid)
  const pinsWidth = FIXED.check + FIXED.sample + nameWidth + sum(stays)
  return { nameWidth, pinned: stays, moving, pinsWidth, width: pinsWidth + sum(moving) }
}

function widthOf(column: string): number {
  if (column === 'duration' || column === 'created') return FIXED[column]
  if (column === 'cause') return CAUSE_WIDTH
  return column.startsWith('m.') ? METRIC_WIDTH : WIDTH
}

function sum(columns: readonly LaidColumn[]): number {
  return columns.reduce((total, { width }) => total + width, 0)
}

/** Places in `moving` from the first to the last that a window shows; all of them where the whole table fits. */
export function columnsInSight(
  { moving, pinsWidth, width }: TableLayout,
  view: { readonly left: number; readonly width: number },
): [number, number] {
  if (view.width === 0 || width <= view.width) return [0, moving.length - 1]
  const room = view.width - pinsWidth
  let first = 0
  let at = 0
  while (first < moving.length - 1 && at + moving[first]!.width <= view.left) at += moving[first++]!.width
  let last = first
  while (last < moving.length - 1 && at + moving[last]!.width < view.left + room) at += moving[last++]!.width
  return [Math.max(0, first - SPARE), Math.min(moving.length - 1, last + SPARE)]
}

/** The tracks of a row's grid: what stays in sight is one of them, and takes what room is left over. */
export function rowTemplate({ pinsWidth, moving }: TableLayout): string {
  return [`minmax(${pinsWidth}px, 1fr)`, ...moving.map(({ width }) => `${width}px`)].join(' ')
}

/** The tracks of what stays in sight. */
export function pinsTemplate({ nameWidth, pinned }: TableLayout): string {
  return [
    `${FIXED.check}px`,
    `${FIXED.sample}px`,
    `minmax(${nameWidth}px, 1fr)`,
    ...pinned.map(({ width }) => `${width}px`),
  ].join(' ')
}

/** The columns with one of them at another's place. */
export function moveColumn(columns: readonly string[], column: string, to: string): string[] {
  const at = columns.indexOf(to)
  if (at < 0 || column === to || !columns.includes(column)) return [...columns]
  const others = columns.filter((one) => one !== column)
  others.splice(at, 0, column)
  return others
}
