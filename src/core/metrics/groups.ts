/** A run to be grouped: its values of the fields to group by (`keys`) and of the numeric columns (`values`). */
export interface GroupRow {
  readonly keys: readonly (string | null)[]
  readonly values: readonly (number | null)[]
}

/** Statistics of one numeric column over the runs of a group. */
export interface Spread {
  readonly n: number
  readonly mean: number
  /** Sample standard deviation (divisor n − 1); 0 for a single run. */
  readonly sd: number
  readonly min: number
  readonly max: number
}

/** Runs with equal keys. */
export interface RunGroup {
  readonly keys: readonly (string | null)[]
  readonly n: number
  /** One entry per column; null where no run of the group has a value. */
  readonly values: readonly (Spread | null)[]
}

/** Groups runs that have equal keys, the largest group first. A missing key is equal to other missing keys only. */
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

/** An order of groups: by number of runs, by one of their keys, or by the mean of a column. */
export type GroupOrder = { readonly isDescending: boolean } & (
  | { readonly by: 'n' }
  | { readonly by: 'key' | 'column'; readonly index: number }
)

/**
 * Sorts groups; groups without the key or the value come last. Without an order the groups are returned as they are.
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

/** Compares two keys: as numbers if both are numbers, otherwise as texts. */
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
 * Adds a value by Welford's method, which avoids the lost digits of a sum of squares: "Note on a method for calculating
 * corrected sums of squares and products" (1962).
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
