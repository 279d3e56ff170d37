import { parseTable } from './parse-table.ts'

/** The head of a file with values separated by commas or tabs, and its first rows after the head. */
export interface TextTable {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Number of all rows of the file after the head. */
  readonly rowCount: number
  /** Whether each column is numeric: all of its cells in `rows` that are not empty are numbers. */
  readonly isNumber: readonly boolean[]
}

const ROWS_MAX = 500

/** Parses a text as a table. The first line is the head; at most 500 rows follow. */
export function toTextTable(text: string, separator: string): TextTable {
  const [head = [], ...body] = parseTable(text, separator)
  const rows = body.slice(0, ROWS_MAX)
  return { head, rows, rowCount: body.length, isNumber: head.map((_, column) => isNumeric(rows, column)) }
}

/** Whether a column has at least one cell that is not empty, and all such cells are numbers. */
function isNumeric(rows: readonly (readonly string[])[], column: number): boolean {
  const cells = rows.flatMap((row) => (row[column] === undefined || row[column] === '' ? [] : row[column]))
  return cells.length > 0 && cells.every((cell) => Number.isFinite(Number(cell)))
}
