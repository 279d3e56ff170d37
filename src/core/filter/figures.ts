import type { Field } from './filter.ts'
import { parseField, splitFields } from './parse.ts'

/** The params and metrics that the rows of a list carry. */
export interface Figures {
  readonly params: readonly string[]
  readonly metrics: readonly string[]
}

/** What a list is asked to carry; with `isAuto` also what says most about its rows. */
export interface FiguresAsked extends Figures {
  readonly isAuto: boolean
}

const AUTO = 'auto'
/** How many of each a list carries that nobody has arranged. */
export const AUTO_METRICS_MAX = 6
const AUTO_PARAMS_MAX = 6

/** Reads a list such as `p.lr, m."val loss", auto`. Fields of the run itself are in every row. Throws FilterError. */
export function parseFigures(text: string): FiguresAsked {
  const parts = splitFields(text)
  const fields = parts.filter((part) => part !== AUTO).map(parseField)
  const namesOf = (kind: Field['kind']): string[] => [
    ...new Set(fields.filter((field) => field.kind === kind).map(({ name }) => name)),
  ]
  return { isAuto: parts.includes(AUTO), params: namesOf('param'), metrics: namesOf('metric') }
}

/**
 * Adds to what is asked for what nobody has to name.
 * @param params - Of each row. Those that differ between rows are added, the most common first.
 * @param metrics - The most common metrics of the rows.
 */
export function withAuto(
  asked: FiguresAsked,
  { params, metrics }: { params: readonly Readonly<Record<string, unknown>>[]; metrics: readonly string[] },
): Figures {
  if (!asked.isAuto) return asked
  return {
    params: [...new Set([...asked.params, ...variedParams(params).slice(0, AUTO_PARAMS_MAX)])],
    metrics: [...new Set([...asked.metrics, ...metrics.slice(0, AUTO_METRICS_MAX)])],
  }
}

/** Names of params that take more than one value among rows, or that only some have; the most common first. */
export function variedParams(rows: readonly Readonly<Record<string, unknown>>[]): string[] {
  const seen = new Map<string, { first: string; count: number; isVaried: boolean }>()
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) {
      const text = JSON.stringify(value)
      const known = seen.get(name)
      if (known) Object.assign(known, { count: known.count + 1, isVaried: known.isVaried || known.first !== text })
      else seen.set(name, { first: text, count: 1, isVaried: false })
    }
  return [...seen]
    .filter(([, { isVaried, count }]) => isVaried || count < rows.length)
    .toSorted(([, a], [, b]) => b.count - a.count)
    .map(([name]) => name)
}
