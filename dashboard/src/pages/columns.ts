import type { Directions } from '../../../src/contract/project.ts'
import type { RunView } from '../../../src/contract/run.ts'
import { headline } from './causes.ts'
import type { RunsState, SortKey } from './runs-state.ts'

/** Summaries of a metric; `best` is its minimum or maximum by the direction of the metric. */
export const PARTS = ['last', 'min', 'max', 'mean', 'best'] as const
export type Part = (typeof PARTS)[number]

/** Returns the value of a run in a column; undefined where the run has none. */
export function cellOf(run: RunView, column: string, directions: Directions): unknown {
  const field = parseColumn(column)
  if (field.kind === 'param') return run.params[field.name]
  if (field.kind === 'metric')
    return run.metrics[field.name]?.[field.part === 'best' ? bestPart(directions[field.name]) : field.part]
  return OWN_COLUMNS.includes(column as OwnColumn) ? (OWN[column as OwnColumn](run) ?? undefined) : undefined
}

/** Columns of a run besides its params and metrics, with how to read each. */
const OWN = {
  sweep: (run: RunView) => run.sweep,
  trial: (run: RunView) => (run.trial === null ? null : run.trial + 1),
  reason: (run: RunView) => run.reason,
  cause: (run: RunView) => (run.phase === 'failed' ? headline(run) : null),
  tag: (run: RunView) => (run.tags.length > 0 ? run.tags.join(', ') : null),
  note: (run: RunView) => run.note,
  branch: (run: RunView) => run.branch,
  commit: (run: RunView) => run.commit?.slice(0, 12),
  kind: (run: RunView) => run.kind,
  attempts: (run: RunView) => run.attemptCount,
}
type OwnColumn = keyof typeof OWN

/** Whether the server cannot order runs by a column. */
export function isUnordered(column: string): boolean {
  return column === 'cause'
}

/** Names of the columns besides params and metrics. */
export const OWN_COLUMNS = Object.keys(OWN) as readonly OwnColumn[]

function bestPart(direction: Directions[string] | undefined): 'min' | 'max' {
  return direction === 'minimize' ? 'min' : 'max'
}

/** A parsed column: a param, a summary of a metric, or another field. */
export type ColumnField =
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'metric'; readonly name: string; readonly part: Part }
  | { readonly kind: 'other' }

/** Parses a column, which is written as a field of a filter. A metric without a summary means its last value. */
export function parseColumn(column: string): ColumnField {
  const text = column.slice(2)
  if (column.startsWith('p.')) return { kind: 'param', name: unquote(text) }
  if (!column.startsWith('m.')) return { kind: 'other' }
  const part = PARTS.find((one) => text.endsWith(`.${one}`))
  return { kind: 'metric', name: unquote(part ? text.slice(0, -part.length - 1) : text), part: part ?? 'last' }
}

/** Whether a column shows a metric. */
export function isFigure(column: string): boolean {
  return column.startsWith('m.')
}

/** Returns the title of a column: the name of its param or metric, and the summary that it shows. */
export function columnTitle(column: string): { readonly name: string; readonly part?: Part } {
  const field = parseColumn(column)
  if (field.kind === 'other') return { name: column }
  return { name: field.name, ...(field.kind === 'metric' && { part: field.part }) }
}

/** Writes a field as filters and orders do: a name that is not an identifier is quoted. */
export function columnFor(kind: 'param' | 'metric', name: string, part: Part = 'last'): string {
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
 * Returns the columns of a list where none were chosen: its sort keys, its most common metrics, the parameters that
 * differ.
 */
export function defaultColumns(runs: readonly RunView[], sort: readonly SortKey[] = []): string[] {
  const metrics = byCount(runs.flatMap((run) => Object.keys(run.metrics).filter((name) => !name.startsWith('system.'))))
  const params = variedParams(runs)

  const sorted = sort.flatMap(({ field }) => {
    const own = parseColumn(field)
    return own.kind === 'metric'
      ? [columnFor('metric', own.name, own.part)]
      : own.kind === 'param'
        ? [columnFor('param', own.name)]
        : []
  })

  const common = [
    ...metrics.slice(0, METRIC_COLUMNS).map((name) => columnFor('metric', name)),
    ...params.slice(0, PARAM_COLUMNS).map((name) => columnFor('param', name)),
  ]

  return [...new Set([...sorted, ...common])]
}

function byCount(names: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1]).map(([name]) => name)
}

/** Parameters with more than one value among the runs, the most common first. */
export function variedParams(runs: readonly RunView[]): string[] {
  return byCount(runs.flatMap((run) => Object.keys(run.params))).filter(
    (name) => new Set(runs.map((run) => JSON.stringify(run.params[name]))).size > 1,
  )
}

/**
 * Returns the fields that the rows of a list are requested with: those shown, sorted by or drawn. `auto` stands for the
 * most common metrics and the params that differ; it is added unless a person chose all of columns, scatter plot, bars
 * and panels.
 */
export function fieldsAsked({
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

/** Whether a best value is shown, which depends on the direction of its metric. */
export function showsBest({ columns, scatter, bars }: Pick<RunsState, 'columns' | 'scatter' | 'bars'>): boolean {
  return [...(columns ?? []), ...(scatter ?? []), bars].some((field) => field?.endsWith('.best'))
}

/**
 * Returns the fields that rows carry, so that further rows can be requested with the same ones; `auto` where they carry
 * none.
 */
export function fieldsOf(runs: readonly RunView[]): string {
  const params = runs.flatMap((run) => Object.keys(run.params)).map((name) => columnFor('param', name))
  const metrics = runs.flatMap((run) => Object.keys(run.metrics)).map((name) => columnFor('metric', name))
  return [...new Set([...params, ...metrics])].join(',') || 'auto'
}
