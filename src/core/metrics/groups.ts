/** A run as a grouping sees it: what it is grouped by, and its figures. */
export interface GroupRow {
  readonly keys: readonly (string | null)[]
  readonly values: readonly (number | null)[]
}

/** What the figures of one column come to in a group. */
export interface Spread {
  readonly n: number
  readonly mean: number
  /** Of a sample: over n − 1; 0 for a single run. */
  readonly sd: number
  readonly min: number
  readonly max: number
}

export interface RunGroup {
  readonly keys: readonly (string | null)[]
  readonly n: number
  /** null where no run of the group has a figure. */
  readonly values: readonly (Spread | null)[]
}

/** Runs that have the same keys together, the largest group first. What lacks a key is a group of its own. */
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

/** The order of groups: by their number of runs, one of their keys, or the mean of a column. */
export type GroupOrder = { readonly isDescending: boolean } & (
  | { readonly by: 'n' }
  | { readonly by: 'key' | 'column'; readonly index: number }
)

/** Groups in an order; what lacks the key or the figure comes last. Undefined: as they are. */
export function sortGroups(groups: readonly RunGroup[], order: GroupOrder | undefined): readonly RunGroup[] {
  if (!order) return groups
  const of = ({ n, keys, values }: RunGroup): number | string | null =>
    order.by === 'n' ? n : order.by === 'key' ? keys[order.index]! : (values[order.index]?.mean ?? null)
  return groups.toSorted((a, b) => {
    const [x, y] = [of(a), of(b)]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    return (order.isDescending ? -1 : 1) * compare(x, y)
  })
}

/** Keys that are numbers are ordered as numbers. */
function compare(a: number | string, b: number | string): number {
  const [x, y] = [Number(a), Number(b)]
  const areNumbers = a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)
  return areNumbers ? x - y : a < b ? -1 : a > b ? 1 : 0
}

interface Tally {
  n: number
  mean: number
  squares: number
  min: number
  max: number
}

/** One figure more, without the loss of digits that sums of squares bring. Welford, "Note on a method" (1962). */
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
