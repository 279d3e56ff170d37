/**
 * A run to be grouped: its values of the fields to group by (`keys`) and of the numeric columns (`values`); null where
 * the run has no value.
 */
export interface GroupRow {
  readonly keys: readonly (string | null)[]
  readonly values: readonly (number | null)[]
}

/** Statistics of one numeric column over the `n` runs of a group that have a value in it. */
export interface Spread {
  readonly n: number
  readonly mean: number
  /** Sample standard deviation (divisor n − 1); 0 for a single run. */
  readonly sd: number
  readonly min: number
  readonly max: number
}

/** A group of `n` runs with equal keys, and statistics of their numeric columns. */
export interface RunGroup {
  readonly keys: readonly (string | null)[]
  readonly n: number
  /** Statistics of each column; null if no run of the group has a value in it. */
  readonly values: readonly (Spread | null)[]
}

/** Groups runs with equal keys; the largest groups come first. Null is equal to null only. */
export function groupRows(rows: readonly GroupRow[]): RunGroup[] {
  const groups = new Map<string, { keys: GroupRow['keys']; n: number; columns: Tally[] }>()

  for (const { keys, values } of rows) {
    const name = JSON.stringify(keys)
    const group = groups.get(name) ?? {
      keys,
      n: 0,
      columns: values.map(() => ({ n: 0, mean: 0, squares: 0, min: Infinity, max: -Infinity })),
    }
    groups.set(name, group)
    group.n += 1
    values.forEach((value, i) => value !== null && add(group.columns[i]!, value))
  }

  return [...groups.values()]
    .map(({ keys, n, columns }) => ({ keys, n, values: columns.map(toSpread) }))
    .toSorted((a, b) => b.n - a.n || (JSON.stringify(a.keys) < JSON.stringify(b.keys) ? -1 : 1))
}

/** A sort order of groups: by number of runs (`n`), by the key at `index`, or by the mean of the column at `index`. */
export type GroupOrder = { readonly isDescending: boolean } & (
  | { readonly by: 'n' }
  | { readonly by: 'key' | 'column'; readonly index: number }
)

/**
 * Returns sorted groups; those without a value to sort by come last. Without an order, returns the groups unchanged.
 */
export function sortGroups(groups: readonly RunGroup[], order: GroupOrder | undefined): readonly RunGroup[] {
  if (!order) return groups
  const valueOf = ({ n, keys, values }: RunGroup): number | string | null =>
    order.by === 'n' ? n : order.by === 'key' ? keys[order.index]! : (values[order.index]?.mean ?? null)
  return groups.toSorted((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    return (order.isDescending ? -1 : 1) * compare(x, y)
  })
}

/** Compares two keys for sorting: as numbers if both are numbers or numeric texts, otherwise as texts. */
function compare(a: number | string, b: number | string): number {
  const [x, y] = [Number(a), Number(b)]
  const areNumbers = a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)
  return areNumbers ? x - y : a < b ? -1 : a > b ? 1 : 0
}

/** Running statistics of a column; `squares` is the sum of squared deviations from the mean. */
interface Tally {
  n: number
  mean: number
  squares: number
  min: number
  max: number
}

/**
 * Adds a value by Welford's method, which does not lose digits as a sum of squares does: "Note on a method for
 * calculating corrected sums of squares and products" (1962).
 */
function add(tally: Tally, value: number): void {
  tally.n += 1
  const before = value - tally.mean
  tally.mean += before / tally.n
  tally.squares += before * (value - tally.mean)
  tally.min = Math.min(tally.min, value)
  tally.max = Math.max(tally.max, value)
}

function toSpread({ n, mean, squares, min, max }: Tally): Spread | null {
  return n === 0 ? null : { n, mean, sd: n === 1 ? 0 : Math.sqrt(squares / (n - 1)), min, max }
}
