/**
 * Variables that the items of one statement may take. SQLite refuses a statement with more than 32,766 of them, PostgreSQL
 * one with more than 65,535; the rest is left to the other conditions of the statement.
 */
const PIECE_VARIABLES = 10_000

/**
 * A list in pieces that one statement takes, in order: rows to insert, of as many variables as they have columns, or values
 * that a column is compared with. Every statement over a list whose length nothing bounds is made of them. All rows have the
 * columns of the first.
 */
export function* pieces<T>(items: readonly T[]): Generator<readonly T[]> {
  const [first] = items
  const width = typeof first === 'object' && first !== null ? Math.max(1, Object.keys(first).length) : 1
  const size = Math.floor(PIECE_VARIABLES / width)
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}
