import type { ChartRange } from '../../../../src/contract/charts.ts'
import type { RunView } from '../../../../src/contract/run.ts'
import { isTerminal } from '../../../../src/contract/phases.ts'
import type { RunPhase } from '../../../../src/contract/phases.ts'
import { isBalanced } from '../../state/filter-text.ts'
import { decode, readList, writeList } from '../../state/query-lists.ts'

/** The state of the run list. The query of the address contains all of it. */
export interface RunsState {
  readonly filter: string
  /** Whether the list shows the runs in the trash instead of the others. */
  readonly isTrash: boolean
  /** Phases that are shown; empty: all. */
  readonly phases: readonly string[]
  readonly sort: readonly SortKey[]
  /** Fields that runs are grouped by; empty: each run is a row. */
  readonly group: readonly string[]
  /** Columns after the name, as filters write fields; undefined: `defaultColumns`. */
  readonly columns: readonly string[] | undefined
  /** Columns that do not move when the table is scrolled sideways. */
  readonly pinned: readonly string[]
  /** Widths in pixels, by column, of the columns that a person has resized. */
  readonly widths: Readonly<Record<string, number>>
  readonly selected: readonly number[]
  /** Number of runs that the charts draw, from the top of the list, while no run is selected. */
  readonly drawn: number
  /**
   * The x axis of line charts: `step`, `relative` (seconds since the first point),
   * `wall` (time of day), or `m.NAME` (a metric).
   */
  readonly axis: string
  /**
   * The visible range of the x axis in its unit: steps, seconds (for `wall` since 1970)
   * or values of the metric; undefined: all of it.
   */
  readonly zoom: readonly [number, number] | undefined
  /** Weight of the previous average in the exponential moving average of each line, below 1; 0: no smoothing. */
  readonly smoothing: number
  /** Metrics with a panel; undefined: the six that most drawn runs have. */
  readonly panels: readonly string[] | undefined
  /** Fields on the axes of the scatter plot, x and y; undefined: the second and the first of `drawableFields`. */
  readonly scatter: readonly [string, string] | undefined
  /** The field that is drawn as bars; undefined: the first of `drawableFields`. */
  readonly bars: string | undefined
  /** Groups whose runs are shown below them, each as JSON of its keys. */
  readonly unfolded: readonly string[]
  /** Metrics whose panel is enlarged. */
  readonly large: readonly string[]
  /** Metrics whose y axis is logarithmic. */
  readonly log: readonly string[]
}

/** A field that runs are sorted by, as filters write it. */
export interface SortKey {
  readonly field: string
  readonly isDescending: boolean
}

/** The x axes that are not metrics. */
export const AXES = ['step', 'relative', 'wall'] as const
/** Numbers of runs to choose from for the charts. */
export const DRAWN_CHOICES = [5, 10, 20, 50] as const
const SMOOTHING_MAX = 0.99
/** Largest number of runs that can be selected in the list. */
export const SELECTED_MAX = 50
/** Largest number of pinned columns. */
export const PINNED_MAX = 4
/** Largest number of fields that runs are grouped by, and of metric columns in the table of groups. */
export const GROUP_FIELDS_MAX = 60
/** Limits of the width of a column, in pixels. */
export const WIDTH_LIMITS = { min: 56, max: 800 }

/** Reads the state from the query of an address. Missing and invalid values become defaults. */
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
        return field === undefined ? [] : [[field, clampWidth(Number(width))]]
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

/** Returns a width within the limits, in whole pixels. */
export function clampWidth(px: number): number {
  return Math.round(Math.min(WIDTH_LIMITS.max, Math.max(WIDTH_LIMITS.min, px)))
}

/**
 * Returns the state as parameters of the query, by name; null for a parameter with
 * its default, which is left out of the address.
 */
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

/** Returns the state as the query of an address, without `?`. */
export function addressOf(state: RunsState): string {
  return new URLSearchParams(
    Object.entries(writeRunsState(state)).flatMap(([name, value]): [string, string][] =>
      value === null ? [] : [[name, value]],
    ),
  ).toString()
}

/** Returns the filter of the requested list: the typed filter, and the chosen phases as a further condition. */
export function filterOf({ filter, phases }: Pick<RunsState, 'filter' | 'phases'>): string {
  const typed = filter.trim()
  // A filter whose parentheses or quotes do not match is sent unchanged, and the server explains the error. Added
  // parentheses could make it valid with another meaning.
  if (phases.length === 0 || !isBalanced(typed)) return typed
  const phaseCondition = `phase in (${phases.join(', ')})`
  return typed === '' ? phaseCondition : `(${typed}) and ${phaseCondition}`
}

/**
 * Returns a sort order as requests and saved views contain it: fields separated by commas, `-` before a descending one.
 */
export function writeSort(sort: readonly SortKey[]): string {
  return sort.map(({ field, isDescending }) => `${isDescending ? '-' : ''}${field}`).join(',')
}

/** Returns the order of a sort key as a value of the attribute `aria-sort`. */
export function orderOf({ isDescending }: SortKey): 'ascending' | 'descending' {
  return isDescending ? 'descending' : 'ascending'
}

/**
 * Returns the sort keys after a click on the head of the column `field`. Clicks sort by it descending, then ascending,
 * then not at all. With `keepsOthers`, the other keys stay and come first.
 */
export function nextSort(sort: readonly SortKey[], field: string, keepsOthers: boolean): SortKey[] {
  const current = sort.find((key) => key.field === field)
  const others = keepsOthers ? sort.filter((key) => key.field !== field) : []
  if (!current) return [...others, { field, isDescending: true }]
  return current.isDescending ? [...others, { field, isDescending: false }] : others
}

/**
 * Returns the runs to draw: the selected ones. If none is selected: the first `drawn` runs of the list that have
 * metrics or have not ended.
 */
export function drawnRuns(
  runs: readonly RunView[],
  { selected, drawn }: { readonly selected: readonly RunView[]; readonly drawn: number },
): readonly RunView[] {
  if (selected.length > 0) return selected
  return runs.filter(({ phase, metrics }) => isRunOpen(phase) || Object.keys(metrics).length > 0).slice(0, drawn)
}

/**
 * Returns the range of the x axis to which requested points are limited. Undefined without a zoom, and for a metric on
 * the x axis: the server cannot select points by a metric.
 */
export function rangeOf({ axis, zoom }: Pick<RunsState, 'axis' | 'zoom'>): ChartRange | undefined {
  const current = AXES.find((one) => one === axis)
  return current && zoom ? { axis: current, from: zoom[0], to: zoom[1] } : undefined
}

/** Whether a run in this phase has not ended. */
export function isRunOpen(phase: RunPhase): boolean {
  return !isTerminal(phase)
}
