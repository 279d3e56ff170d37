import type { ChartRange } from '../../../src/contract/charts.ts'
import type { RunView } from '../../../src/contract/run.ts'
import { isTerminal } from '../../../src/contract/phases.ts'
import type { RunPhase } from '../../../src/contract/phases.ts'
import { isClosed } from '../state/filter-text.ts'
import { decode, readList, writeList } from '../state/query-lists.ts'

/** What the list of runs shows: the whole of it stands in the address. */
export interface RunsState {
  readonly filter: string
  /** Runs of the trash instead. */
  readonly isTrash: boolean
  /** Phases that are shown; none of them named: all. */
  readonly phases: readonly string[]
  readonly sort: readonly SortKey[]
  /** Fields that runs are put together by; none: each run is a row. */
  readonly group: readonly string[]
  /** Columns after the name, as filters write fields; undefined: chosen by what the runs have. */
  readonly columns: readonly string[] | undefined
  /** Columns that stay in sight beside the name. */
  readonly pinned: readonly string[]
  /** Pixels of columns that somebody has made wider or narrower. */
  readonly widths: Readonly<Record<string, number>>
  readonly selected: readonly number[]
  /** How many of the first rows are drawn where none are selected. */
  readonly drawn: number
  /** What lies on the x axis of lines: steps, seconds since the first point, the time of day, or a metric as `m.NAME`. */
  readonly axis: string
  /** The part of the x axis that is looked at; undefined: all of it. */
  readonly zoom: readonly [number, number] | undefined
  readonly smoothing: number
  /** Metrics with a panel; undefined: the most common. */
  readonly panels: readonly string[] | undefined
  /** Fields against each other, x and y; undefined: the first two metrics. */
  readonly scatter: readonly [string, string] | undefined
  /** The field that is drawn as bars; undefined: the first metric. */
  readonly bars: string | undefined
  /** Groups whose runs are shown below them: their keys as JSON. */
  readonly unfolded: readonly string[]
  /** Metrics whose panel is large, and whose axis is logarithmic. */
  readonly large: readonly string[]
  readonly log: readonly string[]
}

export interface SortKey {
  readonly field: string
  readonly isDescending: boolean
}

export const AXES = ['step', 'relative', 'wall'] as const
export const DRAWN_CHOICES = [5, 10, 20, 50] as const
const SMOOTHING_MAX = 0.99
const SELECTED_MAX = 50
export const PINNED_MAX = 4
export const GROUP_FIELDS_MAX = 60
export const WIDTH_LIMITS = { min: 56, max: 800 }

export function readRunsState(query: URLSearchParams): RunsState {
  const list = (name: string): string[] | undefined => readList(query, name)
  const smoothing = Number(query.get('smooth') ?? 0)
  const axis = query.get('x') ?? ''
  const [from, to] = (query.get('zoom') ?? '').split('~').map((text) => (text === '' ? Number.NaN : Number(text)))
  const [x, y] = list('xy') ?? []
  return {
    filter: query.get('q') ?? '',
    isTrash: query.get('trash') === '1',
    phases: [...new Set(list('phase') ?? [])],
    sort: (query.get('sort') ?? '')
      .split(',')
      .flatMap((key) =>
        key === '' || key === '-' ? [] : [{ field: decode(key.replace(/^-/, '')), isDescending: key.startsWith('-') }],
      ),
    group: (list('group') ?? []).slice(0, GROUP_FIELDS_MAX),
    columns: list('cols'),
    pinned: (list('pin') ?? []).slice(0, PINNED_MAX),
    widths: Object.fromEntries(
      (list('width') ?? []).flatMap((text) => {
        const [, field, width] = /^(.+):(\d{1,4})$/s.exec(text) ?? []
        return field === undefined
          ? []
          : [[field, Math.min(WIDTH_LIMITS.max, Math.max(WIDTH_LIMITS.min, Number(width)))]]
      }),
    ),
    selected: (list('sel') ?? [])
      .flatMap((text) => (/^\d{1,12}$/.test(text) ? [Number(text)] : []))
      .slice(0, SELECTED_MAX),
    drawn: DRAWN_CHOICES.find((choice) => String(choice) === query.get('draw')) ?? 10,
    axis: AXES.find((one) => one === axis) ?? (axis.startsWith('m.') && axis.length > 2 ? axis : 'step'),
    zoom: Number.isFinite(from) && Number.isFinite(to) && from! < to! ? [from!, to!] : undefined,
    smoothing: smoothing > 0 ? Math.min(SMOOTHING_MAX, smoothing) : 0,
    panels: list('panels'),
    scatter: x !== undefined && y !== undefined ? [x, y] : undefined,
    bars: query.get('bars') || undefined,
    unfolded: list('open') ?? [],
    large: list('large') ?? [],
    log: list('log') ?? [],
  }
}

/** The parameters of the address that say a state; null for what is as it is by itself. */
export function writeRunsState(state: RunsState): Record<string, string | null> {
  return {
    q: state.filter || null,
    trash: state.isTrash ? '1' : null,
    phase: writeList(state.phases),
    sort:
      state.sort.map(({ field, isDescending }) => `${isDescending ? '-' : ''}${encodeURIComponent(field)}`).join(',') ||
      null,
    group: writeList(state.group),
    cols: writeList(state.columns, '-'),
    pin: writeList(state.pinned),
    width: writeList(Object.entries(state.widths).map(([field, width]) => `${field}:${width}`)),
    sel: writeList(state.selected.slice(0, SELECTED_MAX).map(String)),
    draw: state.drawn === 10 ? null : String(state.drawn),
    x: state.axis === 'step' ? null : state.axis,
    zoom: state.zoom ? state.zoom.join('~') : null,
    smooth: state.smoothing === 0 ? null : String(state.smoothing),
    panels: writeList(state.panels, '-'),
    xy: writeList(state.scatter),
    bars: state.bars ?? null,
    open: writeList(state.unfolded),
    large: writeList(state.large),
    log: writeList(state.log),
  }
}

/** A state as the query of an address. */
export function addressOf(state: RunsState): string {
  return new URLSearchParams(
    Object.entries(writeRunsState(state)).flatMap(([name, value]): [string, string][] =>
      value === null ? [] : [[name, value]],
    ),
  ).toString()
}

/** The filter that the list is asked with: what is written, and the phases beside it. */
export function filterOf({ filter, phases }: Pick<RunsState, 'filter' | 'phases'>): string {
  const own = filter.trim()
  // Brackets around what is not closed would change what it says; by itself it is refused, and why is said.
  if (phases.length === 0 || !isClosed(own)) return own
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

/** The selected runs; where none are, the first of the list that have points or may still get some: its order says which. */
export function drawnRuns(
  runs: readonly RunView[],
  { selected, drawn }: { readonly selected: readonly RunView[]; readonly drawn: number },
): readonly RunView[] {
  if (selected.length > 0) return selected
  return runs.filter(({ phase, metrics }) => isOpen(phase) || Object.keys(metrics).length > 0).slice(0, drawn)
}

/** A filter for the runs of one group. */
export function filterOfGroup(fields: readonly string[], keys: readonly (string | null)[]): string {
  return fields
    .map((field, i) => (keys[i] === null ? `${field} is missing` : `${field} = ${JSON.stringify(keys[i])}`))
    .join(' and ')
}

/** The part of the x axis that lines are read for; none of a metric, which the server does not order by. */
export function rangeOf({ axis, zoom }: Pick<RunsState, 'axis' | 'zoom'>): ChartRange | undefined {
  const known = AXES.find((one) => one === axis)
  return known && zoom ? { axis: known, from: zoom[0], to: zoom[1] } : undefined
}

export function isOpen(phase: RunPhase): boolean {
  return !isTerminal(phase)
}
