import { formatDigits } from './output.ts'

/** One line of a chart; its points are sorted by x. */
export interface Line {
  readonly label: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** The size of a chart in cells of the terminal, without the axes and their labels. */
export interface ChartSize {
  readonly columns: number
  readonly rows: number
}

// A braille character has two columns of four dots. `DOTS[column][row]` is the bit of a dot, to be added to U+2800.
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const
const [DOTS_WIDE, DOTS_HIGH] = [2, 4]

/**
 * Draws lines with braille dots. Returns rows of cells, including labels of y on the left and labels of x below.
 * `owner` is the index of the line that was drawn last in a cell; -1 for axes and labels. Points that are not finite
 * are left out.
 */
export function drawChart(lines: readonly Line[], { columns, rows }: ChartSize): { text: string; owner: number }[][] {
  const drawn = lines.map((line) => line.points.filter(isDrawn))
  const all = drawn.flat()
  const [xs, ys] = [rangeOf(all.map(([x]) => x)), rangeOf(all.map(([, y]) => y))]

  const cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ({ bits: 0, owner: 0 })))
  const dot = (column: number, row: number, lineIndex: number): void => {
    const cell = cells[Math.floor(row / DOTS_HIGH)]![Math.floor(column / DOTS_WIDE)]!
    cell.bits |= DOTS[column % DOTS_WIDE]![row % DOTS_HIGH]!
    cell.owner = lineIndex
  }
  const toColumn = (x: number): number => Math.round(xs.shareOf(x) * (columns * DOTS_WIDE - 1))
  const toRow = (y: number): number => Math.round((1 - ys.shareOf(y)) * (rows * DOTS_HIGH - 1))

  drawn.forEach((points, lineIndex) => {
    const dots = points.map(([x, y]) => [toColumn(x), toRow(y)] as const)
    dots.forEach((to, index) => connect(dots[index - 1] ?? to, to, (column, row) => dot(column, row, lineIndex)))
  })

  const labels = Array.from({ length: rows }, (_, row) =>
    row === 0 ? shorten(ys.max) : row === rows - 1 ? shorten(ys.min) : '',
  )
  const width = Math.max(...labels.map((label) => label.length))

  const body = cells.map((row, index) => [
    { text: `${labels[index]!.padStart(width)} ┤`, owner: -1 },
    ...row.map(({ bits, owner }) => ({ text: String.fromCharCode(0x2800 + bits), owner })),
  ])

  const [from, to] = [shorten(xs.min), shorten(xs.max)]
  const axis = `${' '.repeat(width)} └${'─'.repeat(columns)}`
  const foot = `${' '.repeat(width + 2)}${from}${' '.repeat(Math.max(1, columns - from.length - to.length))}${to}`

  return [...body, [{ text: axis, owner: -1 }], [{ text: foot, owner: -1 }]]
}

/** Whether a point can be drawn: both coordinates are finite. */
export function isDrawn([x, y]: readonly [number, number]): boolean {
  return Number.isFinite(x) && Number.isFinite(y)
}

interface Range {
  readonly min: number
  readonly max: number
  /** Position of a value between `min` and `max`, from 0 to 1. */
  readonly shareOf: (value: number) => number
}

function rangeOf(values: readonly number[]): Range {
  if (values.length === 0) return { min: 0, max: 1, shareOf: (value) => value }
  const min = values.reduce((least, value) => Math.min(least, value), Infinity)
  const max = values.reduce((most, value) => Math.max(most, value), -Infinity)
  // The difference of very large numbers overflows, so both are halved then. Otherwise they are not halved, because
  // half of the smallest number is zero.
  const scale = Number.isFinite(max - min) ? 1 : 0.5
  const span = max * scale - min * scale || 1
  return { min, max, shareOf: (value) => (value * scale - min * scale) / span }
}

/** Calls `dot` for each dot of the straight line between two dots, both included (Bresenham 1965). */
function connect(
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  dot: (x: number, y: number) => void,
): void {
  const [dx, dy] = [Math.abs(x1 - x0), -Math.abs(y1 - y0)]
  const [stepX, stepY] = [x0 < x1 ? 1 : -1, y0 < y1 ? 1 : -1]
  let [x, y, error] = [x0, y0, dx + dy]

  for (;;) {
    dot(x, y)
    if (x === x1 && y === y1) return
    const doubled = 2 * error
    if (doubled >= dy) [error, x] = [error + dy, x + stepX]
    if (doubled <= dx) [error, y] = [error + dx, y + stepY]
  }
}

function shorten(value: number): string {
  return formatDigits(value, 4)
}
