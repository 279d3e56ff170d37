/**
 * Maximum number of bound variables that the items of one statement take. SQLite refuses a statement with more than
 * 32,766 of them, PostgreSQL one with more than 65,535. The rest is left for the other conditions of the statement.
 */
const PIECE_VARIABLES = 10_000

/**
 * Splits a list, in order, into pieces that one statement can take: rows to insert, each with as many variables as
 * columns, or values that a column is compared with. Every statement over a list of unbounded length must use it. All
 * rows must have the columns of the first.
 */
export function* splitForStatements<T>(items: readonly T[]): Generator<readonly T[]> {
  const [first] = items
  const width = typeof first === 'object' && first !== null ? Math.max(1, Object.keys(first).length) : 1
  const size = Math.floor(PIECE_VARIABLES / width)
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}
