import { readList, writeList } from '../state/query-lists.ts'
import type { Brush } from './parallel-axes.ts'

/** How somebody looks at parallel coordinates: the whole of it stands in the address. */
export interface ParallelState {
  /** Brushes by axis, in parts of its length from the bottom, and the way round that it stands. */
  readonly brushes: Readonly<Record<string, readonly Brush[]>>
  /** Axes from left to right, once one was moved; empty: as the search names them. */
  readonly order: readonly string[]
  readonly inverted: readonly string[]
}

export const AS_IT_IS: ParallelState = { brushes: {}, order: [], inverted: [] }

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

/** The parameters of the address that say a state; null for what is as it is by itself. */
export function writeParallelState({ brushes, order, inverted }: ParallelState): Record<string, string | null> {
  return {
    brush: writeList(
      Object.entries(brushes).flatMap(([name, list]) =>
        list.map(([low, high]) => `${name}:${part(low)}~${part(high)}`),
      ),
    ),
    axes: writeList(order),
    inverted: writeList(inverted),
  }
}

/** A thousandth of an axis is finer than anyone can drag. */
function part(value: number): string {
  return String(Number(value.toFixed(3)))
}

export function isBrushed({ brushes }: Pick<ParallelState, 'brushes'>): boolean {
  return Object.values(brushes).some((list) => list.length > 0)
}

/** With an axis at another place among all of them. */
export function moveAxis(names: readonly string[], name: string, to: number): string[] {
  return names.filter((one) => one !== name).toSpliced(to, 0, name)
}

/** With an axis turned over, or back. Its brushes stay over the same values. */
export function turnAxis({ brushes, order, inverted }: ParallelState, name: string): ParallelState {
  const own = brushes[name]
  return {
    order,
    brushes: own ? { ...brushes, [name]: own.map(([low, high]) => [1 - high, 1 - low] as const) } : brushes,
    inverted: inverted.includes(name) ? inverted.filter((one) => one !== name) : [...inverted, name],
  }
}
