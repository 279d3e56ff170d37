import { readList, writeList } from '../../state/query-lists.ts'
import type { Brush } from './parallel-axes.ts'

/** The settings of a person on the chart of parallel coordinates. All of it is in the address. */
export interface ParallelState {
  /** Brushes by name of their axis, in fractions of its length from the bottom of the axis as it is drawn. */
  readonly brushes: Readonly<Record<string, readonly Brush[]>>
  /** Names of the axes from left to right, once one was moved. Empty: in the order of the search space. */
  readonly order: readonly string[]
  /** Names of the axes with their high end at the bottom. */
  readonly inverted: readonly string[]
}

/** The state before the person has set anything. */
export const INITIAL_PARALLEL_STATE: ParallelState = { brushes: {}, order: [], inverted: [] }

/** Reads the state from a query. Malformed brushes are ignored. */
export function readParallelState(query: URLSearchParams): ParallelState {
  const brushes = new Map<string, Brush[]>()
  for (const text of readList(query, 'brush') ?? []) {
    const [, name, low, high] = /^(.+):([\d.]+)~([\d.]+)$/s.exec(text) ?? []
    if (name === undefined) continue
    const brush = [Number(low), Number(high)] as const
    if (brush[0] < brush[1] && brush[1] <= 1) brushes.set(name, [...(brushes.get(name) ?? []), brush])
  }

  return {
    brushes: Object.fromEntries(brushes),
    order: [...new Set(readList(query, 'axes'))],
    inverted: [...new Set(readList(query, 'inverted'))],
  }
}

/** Returns the state as parameters of the query; null removes the parameter of a part that is not set. */
export function writeParallelState({ brushes, order, inverted }: ParallelState): Record<string, string | null> {
  return {
    brush: writeList(
      Object.entries(brushes).flatMap(([name, list]) =>
        list.map(([low, high]) => `${name}:${formatFraction(low)}~${formatFraction(high)}`),
      ),
    ),
    axes: writeList(order),
    inverted: writeList(inverted),
  }
}

/** Writes a fraction with three decimals, which is finer than a person can drag. */
function formatFraction(value: number): string {
  return String(Number(value.toFixed(3)))
}

export function isBrushed({ brushes }: Pick<ParallelState, 'brushes'>): boolean {
  return Object.values(brushes).some((list) => list.length > 0)
}

/** Returns the names with one of them moved to the index `to`. */
export function moveAxis(names: readonly string[], name: string, to: number): string[] {
  return names.filter((one) => one !== name).toSpliced(to, 0, name)
}

/** Inverts an axis, or restores it. Its brushes stay over the same values. */
export function invertAxis({ brushes, order, inverted }: ParallelState, name: string): ParallelState {
  const own = brushes[name]
  return {
    order,
    brushes: own ? { ...brushes, [name]: own.map(([low, high]) => [1 - high, 1 - low] as const) } : brushes,
    inverted: inverted.includes(name) ? inverted.filter((one) => one !== name) : [...inverted, name],
  }
}
