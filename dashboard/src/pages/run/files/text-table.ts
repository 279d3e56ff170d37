import { parseTable } from './parse-table.ts'

/** The first rows of a file with separated values, without its head. */
export interface TextTable {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Number of all rows. */
  readonly rowCount: number
  /** Whether the shown cells of each column are numbers. */
  readonly isNumber: readonly boolean[]
}

const ROWS_MAX = 500

/** Turns a text into a table of at most 500 rows. The first row is its head. */
export function toTextTable(text: string, separator: string): TextTable {
  const [head = [], ...body] = parseTable(text, separator)
  const rows = body.slice(0, ROWS_MAX)
  return { head, rows, rowCount: body.length, isNumber: head.map((_, column) => isNumeric(rows, column)) }
}

/** Whether all cells of a column that are not empty are numbers, and there is one. */
function isNumeric(rows: readonly (readonly string[])[], column: number): boolean {
  const cells = rows.flatMap((row) => (row[column] === undefined || row[column] === '' ? [] : row[column]))
  return cells.length > 0 && cells.every((cell) => Number.isFinite(Number(cell)))
}
