import type { Field } from './filter.ts'
import { parseField, splitFields } from './parse-filter.ts'

/** Names of the parameters and metrics that each row of a run list includes. */
export interface ListFields {
  readonly params: readonly string[]
  readonly metrics: readonly string[]
}

/** The parameters and metrics that a request for a run list names. With `isAuto`, `addAutoFields` adds to them. */
export interface RequestedListFields extends ListFields {
  readonly isAuto: boolean
}

const AUTO = 'auto'
/** Number of metrics, and of parameters, that `auto` adds at most. */
export const AUTO_METRICS_MAX = 6
const AUTO_PARAMS_MAX = 6

/**
 * Reads a list such as `p.lr, m."val loss", auto`. Columns of the run itself, such as `created`, are accepted and left
 * out, because every row has them. Throws FilterError.
 */
export function parseListFields(text: string): RequestedListFields {
  const parts = splitFields(text)
  const fields = parts.filter((part) => part !== AUTO).map(parseField)
  const namesOf = (kind: Field['kind']): string[] => [
    ...new Set(fields.filter((field) => field.kind === kind).map(({ name }) => name)),
  ]
  return { isAuto: parts.includes(AUTO), params: namesOf('param'), metrics: namesOf('metric') }
}

/**
 * Returns the requested parameters and metrics. With `isAuto` it adds parameters that differ between rows, and metrics.
 * @param params - The parameters of each row.
 * @param metrics - The metrics of the rows, the most common first.
 */
export function addAutoFields(
  requested: RequestedListFields,
  { params, metrics }: { params: readonly Readonly<Record<string, unknown>>[]; metrics: readonly string[] },
): ListFields {
  if (!requested.isAuto) return requested
  return {
    params: [...new Set([...requested.params, ...findVaryingParams(params).slice(0, AUTO_PARAMS_MAX)])],
    metrics: [...new Set([...requested.metrics, ...metrics.slice(0, AUTO_METRICS_MAX)])],
  }
}

/**
 * Returns the parameters with more than one value among the rows, or that only some rows have; the most common first.
 */
export function findVaryingParams(rows: readonly Readonly<Record<string, unknown>>[]): string[] {
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
