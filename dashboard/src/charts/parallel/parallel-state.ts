import { readList, writeList } from '../../state/query-lists.ts'
import type { Brush } from './parallel-axes.ts'

/**
 * The brushes and axes that a person has set on the chart of parallel coordinates. The query of the address contains
 * all of them.
 */
export interface ParallelState {
  /**
   * Brushes by name of their axis, in fractions of the length of the axis from its bottom, also for an inverted axis.
   */
  readonly brushes: Readonly<Record<string, readonly Brush[]>>
  /**
   * Names of the axes from left to right, if a person has moved one. Empty: the axes are in the order of the search
   * space.
   */
  readonly order: readonly string[]
  /** Names of the inverted axes, which have their high end at the bottom. */
  readonly inverted: readonly string[]
}

/** The state without brushes, moved axes and inverted axes. */
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

/** Returns the state as parameters of the query of an address; null removes a parameter. */
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

/** Returns a fraction with three decimals, which is finer than a person can drag. */
function formatFraction(value: number): string {
  return String(Number(value.toFixed(3)))
}

/** Whether any axis has a brush. */
export function isBrushed({ brushes }: Pick<ParallelState, 'brushes'>): boolean {
  return Object.values(brushes).some((list) => list.length > 0)
}

/** Returns the names of the axes with one of them moved to the index `to`. */
export function moveAxis(names: readonly string[], name: string, to: number): string[] {
  return names.filter((one) => one !== name).toSpliced(to, 0, name)
}

/** Inverts an axis, or undoes its inversion. Its brushes stay over the same values. */
export function invertAxis({ brushes, order, inverted }: ParallelState, name: string): ParallelState {
  const own = brushes[name]
  return {
    order,
    brushes: own ? { ...brushes, [name]: own.map(([low, high]) => [1 - high, 1 - low] as const) } : brushes,
    inverted: inverted.includes(name) ? inverted.filter((one) => one !== name) : [...inverted, name],
  }
}
