import type { RunView } from '../../../src/contract/run.ts'
import { isTerminal } from '../../../src/contract/phases.ts'
import type { RunPhase } from '../../../src/contract/phases.ts'

/** What the list of runs shows: the whole of it stands in the address. */
export interface RunsState {
  readonly filter: string
  /** Phases that are shown; none of them named: all. */
  readonly phases: readonly string[]
  readonly sort: readonly SortKey[]
  /** Fields that runs are put together by; none: each run is a row. */
  readonly group: readonly string[]
  /** Columns after the name, as filters write fields; undefined: chosen by what the runs have. */
  readonly columns: readonly string[] | undefined
  readonly selected: readonly number[]
  /** How many of the first rows are drawn where none are selected. */
  readonly drawn: number
  readonly axis: 'step' | 'relative' | 'wall'
  readonly smoothing: number
  /** Metrics with a panel; undefined: the most common. */
  readonly panels: readonly string[] | undefined
}

export interface SortKey {
  readonly field: string
  readonly isDescending: boolean
}

const AXES = ['step', 'relative', 'wall'] as const
export const DRAWN_CHOICES = [5, 10, 20, 50] as const
const SMOOTHING_MAX = 0.99
const SELECTED_MAX = 50
const GROUP_FIELDS_MAX = 20

export function readRunsState(query: URLSearchParams): RunsState {
  const list = (name: string): string[] | undefined => {
    const text = query.get(name)
    return text === null ? undefined : text === '-' ? [] : text.split(',').flatMap((part) => (part === '' ? [] : [decodeURIComponent(part)]))
  }
  const smoothing = Number(query.get('smooth') ?? 0)
  return {
    filter: query.get('q') ?? '',
    phases: list('phase') ?? [],
    sort: (query.get('sort') ?? '')
      .split(',')
      .flatMap((key) => (key === '' || key === '-' ? [] : [{ field: key.replace(/^-/, ''), isDescending: key.startsWith('-') }])),
    group: (list('group') ?? []).slice(0, GROUP_FIELDS_MAX),
    columns: list('cols'),
    selected: (list('sel') ?? []).flatMap((text) => (/^\d{1,12}$/.test(text) ? [Number(text)] : [])).slice(0, SELECTED_MAX),
    drawn: DRAWN_CHOICES.find((choice) => String(choice) === query.get('draw')) ?? 10,
    axis: AXES.find((axis) => axis === query.get('x')) ?? 'step',
    smoothing: smoothing > 0 ? Math.min(SMOOTHING_MAX, smoothing) : 0,
    panels: list('panels'),
  }
}

/** The parameters of the address that say a state; null for what is as it is by itself. */
export function writeRunsState(state: RunsState): Record<string, string | null> {
  const list = (items: readonly string[] | undefined, none: string | null): string | null =>
    items === undefined ? null : items.length === 0 ? none : items.map(encodeURIComponent).join(',')
  return {
    q: state.filter || null,
    phase: list(state.phases, null),
    sort: state.sort.map(({ field, isDescending }) => `${isDescending ? '-' : ''}${field}`).join(',') || null,
    group: list(state.group, null),
    cols: list(state.columns, '-'),
    sel: list(state.selected.slice(0, SELECTED_MAX).map(String), null),
    draw: state.drawn === 10 ? null : String(state.drawn),
    x: state.axis === 'step' ? null : state.axis,
    smooth: state.smoothing === 0 ? null : String(state.smoothing),
    panels: list(state.panels, '-'),
  }
}

/** The filter that the list is asked with: what is written, and the phases beside it. */
export function filterOf({ filter, phases }: Pick<RunsState, 'filter' | 'phases'>): string {
  const own = filter.trim()
  if (phases.length === 0) return own
  const some = `phase in (${phases.join(', ')})`
  return own === '' ? some : `(${own}) and ${some}`
}

/** The order after a click on a head: rising, falling, none. `isMore` keeps the other keys. */
export function nextSort(sort: readonly SortKey[], field: string, isMore: boolean): SortKey[] {
  const known = sort.find((key) => key.field === field)
  const others = isMore ? sort.filter((key) => key.field !== field) : []
  if (!known) return [...others, { field, isDescending: true }]
  return known.isDescending ? [...others, { field, isDescending: false }] : others
}

const PARTS = ['last', 'min', 'max', 'mean'] as const

/** What a column shows of a run; undefined where the run has nothing. */
export function cellOf(run: RunView, column: string): unknown {
  const field = parseColumn(column)
  if (field.kind === 'param') return run.params[field.name]
  if (field.kind === 'metric') return run.metrics[field.name]?.[field.part]
  return undefined
}

export type ColumnField =
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'metric'; readonly name: string; readonly part: (typeof PARTS)[number] }
  | { readonly kind: 'other' }

export function parseColumn(column: string): ColumnField {
  const text = column.slice(2)
  if (column.startsWith('p.')) return { kind: 'param', name: unquote(text) }
  if (!column.startsWith('m.')) return { kind: 'other' }
  const part = PARTS.find((one) => text.endsWith(`.${one}`))
  return { kind: 'metric', name: unquote(part ? text.slice(0, -part.length - 1) : text), part: part ?? 'last' }
}

/** A field as filters and orders write it: odd names stand in quotes. */
export function columnFor(kind: 'param' | 'metric', name: string, part: (typeof PARTS)[number] = 'last'): string {
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

/** The columns of a list that nobody has arranged: what it is sorted by, its most common metrics, the parameters that differ. */
export function defaultColumns(runs: readonly RunView[], sort: readonly SortKey[] = []): string[] {
  const metrics = byCount(runs.flatMap((run) => Object.keys(run.metrics).filter((name) => !name.startsWith('system.'))))
  const { varied: params } = paramsOf(runs)
  const sorted = sort.flatMap(({ field }) => {
    const own = parseColumn(field)
    return own.kind === 'metric' ? [columnFor('metric', own.name, own.part)] : own.kind === 'param' ? [columnFor('param', own.name)] : []
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

/** The selected runs; where none are, the first of the list: its order says which. */
export function drawnRuns(runs: readonly RunView[], { selected, drawn }: Pick<RunsState, 'selected' | 'drawn'>): RunView[] {
  if (selected.length > 0) return runs.filter(({ number }) => selected.includes(number))
  return runs.filter(({ metrics }) => Object.keys(metrics).length > 0).slice(0, drawn)
}

/** A filter for the runs of one group. */
export function filterOfGroup(fields: readonly string[], keys: readonly (string | null)[]): string {
  return fields.map((field, i) => (keys[i] === null ? `${field} is missing` : `${field} = ${JSON.stringify(keys[i])}`)).join(' and ')
}

/** Parameters of runs, and those that take more than one value among them. */
export function paramsOf(runs: readonly RunView[]): { readonly all: string[]; readonly varied: string[] } {
  const all = byCount(runs.flatMap((run) => Object.keys(run.params)))
  return { all, varied: all.filter((name) => new Set(runs.map((run) => JSON.stringify(run.params[name]))).size > 1) }
}

export function isOpen(phase: RunPhase): boolean {
  return !isTerminal(phase)
}
