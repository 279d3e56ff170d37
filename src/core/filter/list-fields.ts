import type { Field } from './filter.ts'
import { parseField, splitFields } from './parse-filter.ts'

/** Names of the parameters and metrics that each run in an answer contains. */
export interface ListFields {
  readonly params: readonly string[]
  readonly metrics: readonly string[]
}

/** Parameters and metrics that a request for a run list names. `isAuto`: `addAutoFields` adds further ones. */
export interface RequestedListFields extends ListFields {
  readonly isAuto: boolean
}

const AUTO = 'auto'
/** Largest number of metrics, and of parameters, that `auto` adds. */
export const AUTO_METRICS_MAX = 6
const AUTO_PARAMS_MAX = 6

/**
 * Parses a list such as `p.lr, m."val loss", auto`. Columns such as `created` are accepted and have no effect, because
 * every run in an answer contains them. Throws FilterError.
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
 * Returns the requested parameters and metrics. If `isAuto` is set, adds the most common parameters that differ between
 * the runs of a page, and the first of `metrics`.
 * @param params - The parameters of each run.
 * @param metrics - The metrics of the runs, the most common first.
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
 * Returns the names of parameters that have different values in the rows, or that only some rows have; those that most
 * rows have come first.
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
