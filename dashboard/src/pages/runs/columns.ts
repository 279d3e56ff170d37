import type { Directions } from '../../../../src/contract/project.ts'
import type { RunView } from '../../../../src/contract/run.ts'
import { headlineOf } from '../home/causes.ts'
import type { RunsState, SortKey } from './runs-state.ts'

/** Summaries of a metric. `best` is the minimum if lower values of the metric are better, otherwise the maximum. */
export const SUMMARIES = ['last', 'min', 'max', 'mean', 'best'] as const
export type Summary = (typeof SUMMARIES)[number]

/**
 * Returns the value of a run in a column such as `p.lr` or `m.loss.min`. Undefined if the
 * run has no value there or no such column exists.
 */
export function cellOf(run: RunView, column: string, directions: Directions): unknown {
  const field = parseColumn(column)
  if (field.kind === 'param') return run.params[field.name]
  if (field.kind === 'metric')
    return run.metrics[field.name]?.[field.part === 'best' ? bestSummary(directions[field.name]) : field.part]
  return RUN_COLUMN_NAMES.includes(column as RunColumn)
    ? (RUN_COLUMNS[column as RunColumn](run) ?? undefined)
    : undefined
}

/**
 * The columns that are neither parameters nor metrics. The function of a
 * column returns its value in a run; null for none.
 */
const RUN_COLUMNS = {
  sweep: (run: RunView) => run.sweep,
  trial: (run: RunView) => (run.trial === null ? null : run.trial + 1),
  reason: (run: RunView) => run.reason,
  cause: (run: RunView) => (run.phase === 'failed' ? headlineOf(run) : null),
  tag: (run: RunView) => (run.tags.length > 0 ? run.tags.join(', ') : null),
  note: (run: RunView) => run.note,
  branch: (run: RunView) => run.branch,
  commit: (run: RunView) => run.commit?.slice(0, 12),
  kind: (run: RunView) => run.kind,
  attempts: (run: RunView) => run.attemptCount,
}
type RunColumn = keyof typeof RUN_COLUMNS

/** Whether the server cannot sort runs by a column. */
export function isUnsortable(column: string): boolean {
  return column === 'cause'
}

/** Names of the columns that are neither parameters nor metrics. */
export const RUN_COLUMN_NAMES = Object.keys(RUN_COLUMNS) as readonly RunColumn[]

function bestSummary(direction: Directions[string] | undefined): 'min' | 'max' {
  return direction === 'minimize' ? 'min' : 'max'
}

/** A parsed column: a parameter, a summary (`part`) of a metric, or another field. */
export type ColumnField =
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'metric'; readonly name: string; readonly part: Summary }
  | { readonly kind: 'other' }

/**
 * Parses a column such as `p.lr`, `m.loss.min` or `m."val loss"`. A metric without a summary means its last value. Any
 * other text is of kind `other`.
 */
export function parseColumn(column: string): ColumnField {
  const text = column.slice(2)
  if (column.startsWith('p.')) return { kind: 'param', name: unquote(text) }
  if (!column.startsWith('m.')) return { kind: 'other' }
  const part = SUMMARIES.find((one) => text.endsWith(`.${one}`))
  return { kind: 'metric', name: unquote(part ? text.slice(0, -part.length - 1) : text), part: part ?? 'last' }
}

/** Whether a column shows a metric. */
export function isMetricColumn(column: string): boolean {
  return column.startsWith('m.')
}

/**
 * Returns the title of a column: the name of its parameter or metric without quotes, and the summary of a metric as
 * `part`. The title of any other column is the column itself.
 */
export function columnTitle(column: string): { readonly name: string; readonly part?: Summary } {
  const field = parseColumn(column)
  if (field.kind === 'other') return { name: column }
  return { name: field.name, ...(field.kind === 'metric' && { part: field.part }) }
}

/** Returns a field as text to show: `lr` for `p.lr`, `loss .min` for `m.loss.min`. */
export function fieldTitle(column: string): string {
  const { name, part } = columnTitle(column)
  return part === undefined ? name : `${name} .${part}`
}

/**
 * Returns a parameter or a summary of a metric as filters and sort orders write it: `p.lr`, `m."val loss".last`. A name
 * that is not an identifier is quoted.
 */
export function columnFor(kind: 'param' | 'metric', name: string, part: Summary = 'last'): string {
  const written = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : JSON.stringify(name)
  return kind === 'param' ? `p.${written}` : `m.${written}.${part}`
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text
  try {
    return String(JSON.parse(text))
  } catch {
    return text
  }
}

const METRIC_COLUMNS = 3
const PARAM_COLUMNS = 4

/**
 * Returns the columns of a run list for which no columns were chosen: the parameters and metrics that it is sorted by,
 * the three metrics that most runs have, and the four most common parameters that differ between the runs.
 */
export function defaultColumns(runs: readonly RunView[], sort: readonly SortKey[] = []): string[] {
  const metrics = sortByCount(
    runs.flatMap((run) => Object.keys(run.metrics).filter((name) => !name.startsWith('system.'))),
  )
  const params = variedParams(runs)

  const sorted = sort.flatMap(({ field }) => {
    const parsed = parseColumn(field)
    return parsed.kind === 'metric'
      ? [columnFor('metric', parsed.name, parsed.part)]
      : parsed.kind === 'param'
        ? [columnFor('param', parsed.name)]
        : []
  })

  const common = [
    ...metrics.slice(0, METRIC_COLUMNS).map((name) => columnFor('metric', name)),
    ...params.slice(0, PARAM_COLUMNS).map((name) => columnFor('param', name)),
  ]

  return [...new Set([...sorted, ...common])]
}

function sortByCount(names: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1]).map(([name]) => name)
}

/** Returns the parameters that differ between the runs or that only some of them have, the most common first. */
export function variedParams(runs: readonly RunView[]): string[] {
  return sortByCount(runs.flatMap((run) => Object.keys(run.params))).filter(
    (name) => new Set(runs.map((run) => JSON.stringify(run.params[name]))).size > 1,
  )
}

/**
 * Returns the parameters and metrics to request with the rows of a list, separated by commas: those shown, sorted by or
 * drawn. `auto` is added unless columns, scatter plot, bars and panels are all chosen. For `auto` the server adds the
 * most common metrics and the parameters that differ between rows.
 */
export function requestedFields({
  columns,
  sort,
  scatter,
  bars,
  panels,
}: Pick<RunsState, 'columns' | 'sort' | 'scatter' | 'bars' | 'panels'>): string {
  const drawn = (panels ?? []).map((name) => columnFor('metric', name))
  const named = [
    ...(columns ?? []),
    ...drawn,
    ...sort.map(({ field }) => field),
    ...(scatter ?? []),
    ...(bars === undefined ? [] : [bars]),
  ]
  const carried = named.filter((field) => parseColumn(field).kind !== 'other')

  return [...new Set([...carried, ...(columns && scatter && bars !== undefined && panels ? [] : ['auto'])])].join(',')
}

/**
 * Whether a column, the scatter plot or the bars show the summary `best`, which depends on the direction of the metric.
 */
export function showsBest({ columns, scatter, bars }: Pick<RunsState, 'columns' | 'scatter' | 'bars'>): boolean {
  return [...(columns ?? []), ...(scatter ?? []), bars].some((field) => field?.endsWith('.best'))
}

/**
 * Returns the parameters and metrics that the runs contain, separated by commas, so that further rows can be requested
 * with the same ones. If the runs contain none: `auto`.
 */
export function carriedFields(runs: readonly RunView[]): string {
  const params = runs.flatMap((run) => Object.keys(run.params)).map((name) => columnFor('param', name))
  const metrics = runs.flatMap((run) => Object.keys(run.metrics)).map((name) => columnFor('metric', name))
  return [...new Set([...params, ...metrics])].join(',') || 'auto'
}
