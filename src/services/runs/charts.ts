import { toRoundedNumber, toChartNumber } from '../../contract/charts.ts'
import type {
  AxisView,
  BandsView,
  BandView,
  ChartRange,
  GroupsView,
  NamesView,
  SeriesView,
  SlotsView,
  TrialsView,
  VariedView,
} from '../../contract/charts.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { Axis } from '../../contract/search-space.ts'
import { asNumber, toPlain } from '../../contract/values.ts'
import type { ProjectScope } from '../../core/access/caller.ts'
import type { Field } from '../../core/filter/filter.ts'
import { formatField } from '../../core/filter/format.ts'
import { parseField } from '../../core/filter/parse-filter.ts'
import { groupRows, sortGroups } from '../../core/metrics/groups.ts'
import type { GroupOrder, Spread } from '../../core/metrics/groups.ts'
import { toBand, bandWidth } from '../../core/metrics/bands.ts'
import { toBuckets, findChunksWithin, coarsen, selectPointsWithin } from '../../core/metrics/series.ts'
import type { Bucket, Span } from '../../core/metrics/series.ts'
import type { Executor } from '../../core/ports/executor.ts'
import type { RunScope } from '../../core/ports/run-queries.ts'
import type { Store } from '../../core/ports/store.ts'
import type { Run } from '../../core/records/run.ts'
import type { Sweep } from '../../core/records/sweep.ts'
import { ashaResources } from '../../core/search/halving/rungs.ts'
import { axisSize, sampleAxis, valueAt } from '../../core/search/space.ts'
import { toPythonText } from '../../core/language/python.ts'
import { measureOf } from '../../core/sweep/results.ts'
import { toIso } from './views.ts'

/**
 * The metrics to draw, the maximum number of points of each line (`buckets`), and the part of the x axis to draw; the
 * whole axis if `range` is undefined.
 */
export interface LinesRequest {
  readonly metrics: readonly string[]
  readonly buckets: number
  readonly range?: ChartRange | undefined
}

/** Reads the lines of several metrics for several runs. A metric that a run has not logged is left out. */
export async function readSeries(
  store: Store,
  runs: readonly Run[],
  { metrics, buckets, range }: LinesRequest,
): Promise<SeriesView[]> {
  const lines: SeriesView[] = []
  for (const run of runs) {
    for (const metric of metrics) {
      const found = await readLine(store, { runId: run.id, metric, buckets, range })
      if (found) lines.push(toLine(run.number, metric, found))
    }
  }
  return lines
}

/**
 * Maximum number of points that are read for a line. A longer part of a series is drawn from its rollups, the stored
 * statistics of its chunks, whose resolution suffices.
 */
const POINTS_MAX = 50_000

interface LineRequest {
  readonly runId: string
  readonly metric: string
  readonly buckets: number
  readonly range?: ChartRange | undefined
}

interface FoundLine {
  readonly startTime: number
  readonly buckets: readonly Bucket[]
}

/** Reads one line; undefined if the run has not logged the metric. */
async function readLine(
  { scan }: Store,
  { runId, metric, buckets: max, range }: LineRequest,
): Promise<FoundLine | undefined> {
  const rollups = await scan.tracking.readBuckets(runId, metric, Infinity)
  if (!rollups) return undefined

  const startTime = (await scan.tracking.readPoints(runId, metric, 0, 1))?.[1] ?? Number.NaN
  const span = range && toSpan(range, startTime)

  // Reads only those chunks of a long series that overlap the range. A short series is read whole, because its steps
  // may decrease within a chunk: the first and last step of a chunk then do not bound the others.
  const part =
    span && countOf(rollups) > POINTS_MAX ? findChunksWithin(rollups, span) : { first: 0, end: rollups.length }
  const [before, within] = [rollups.slice(0, part.first), rollups.slice(part.first, part.end)]

  const count = countOf(within)
  if (count > POINTS_MAX) return { startTime, buckets: coarsen(within, max) }

  const points = (await scan.tracking.readPoints(runId, metric, countOf(before), count)) ?? new Float64Array()
  return { startTime, buckets: toBuckets(span ? selectPointsWithin(points, span) : points, max) }
}

/** Converts a range of the x axis to a range of steps, or of times in milliseconds since 1970. */
function toSpan({ axis, from, to }: ChartRange, startTime: number): Span {
  if (axis === 'step') return { by: 'step', from, to }
  const start = axis === 'relative' ? startTime : 0
  return { by: 'time', from: start + 1000 * from, to: start + 1000 * to }
}

function countOf(buckets: readonly Bucket[]): number {
  return buckets.reduce((sum, { count }) => sum + count, 0)
}

/** Number of runs of each group, the newest, whose lines are read. */
const GROUP_RUNS_MAX = 30
/** Number of groups, the largest, for which bands are read. */
const BANDS_MAX = 10

/**
 * Reads bands: for each metric and each of the `BANDS_MAX` largest groups of runs, the mean, the spread and the
 * extremes of the runs' lines. Throws FilterError for an unknown field.
 */
export async function readBands(
  store: Store,
  scope: RunScope,
  { by, metrics, buckets }: LinesRequest & { readonly by: readonly Field[] },
): Promise<BandsView> {
  const number = { kind: 'column', name: 'number' } as const
  const rows = await store.scan.runQueries.readTable(scope, { keys: by, values: [number] }, LIMITS.groupRunsMax)
  const groups = groupRows(rows)

  const members = new Map<string, number[]>()
  for (const { keys, values } of rows) {
    const name = JSON.stringify(keys)
    const own = members.get(name)
    if (own) own.push(values[0]!)
    else members.set(name, [values[0]!])
  }

  const drawn = groups.slice(0, BANDS_MAX).map(({ keys, n }) => ({
    keys,
    n,
    members: members
      .get(JSON.stringify(keys))!
      .toSorted((a, b) => b - a)
      .slice(0, GROUP_RUNS_MAX),
  }))

  const bands: BandView[] = []
  for (const metric of metrics) {
    const lines = await Promise.all(
      drawn.map(async (group) => ({ ...group, lines: await linesOf(store, group.members, { metric, buckets }) })),
    )

    const width = bandWidth(
      lines.flatMap((group) => group.lines),
      buckets,
    )

    for (const { keys, n, lines: own } of lines) {
      if (own.length === 0) continue
      const band = toBand(own, width)
      bands.push({
        keys: [...keys],
        metric,
        runs: n,
        drawn: own.length,
        step: [...band.step],
        mean: band.mean.map(toRoundedNumber),
        sd: band.sd.map(toRoundedNumber),
        min: band.min.map(toChartNumber),
        max: band.max.map(toChartNumber),
        n: [...band.n],
      })
    }
  }

  return { bands, groupCount: groups.length }
}

async function linesOf(
  store: Store,
  numbers: readonly number[],
  request: { readonly metric: string; readonly buckets: number },
): Promise<(readonly Bucket[])[]> {
  const lines: (readonly Bucket[])[] = []
  for (const number of numbers) {
    const run = await store.read.runs.getByNumber(number)
    const line = run && (await readLine(store, { runId: run.id, ...request }))
    if (line && line.buckets.length > 0) lines.push(line.buckets)
  }
  return lines
}

function toLine(run: number, metric: string, { startTime, buckets }: FoundLine): SeriesView {
  return {
    run,
    metric,
    startTime,
    step: buckets.map(({ lastStep }) => lastStep),
    last: buckets.map(({ last }) => toChartNumber(last)),
    min: buckets.map(({ min }) => toChartNumber(min)),
    max: buckets.map(({ max }) => toChartNumber(max)),
    time: buckets.map(({ lastTime }) => lastTime),
    points: countOf(buckets),
    nans: buckets.reduce((sum, { count, numbers }) => sum + count - numbers, 0),
  }
}

interface GroupsRequest {
  readonly by: readonly Field[]
  readonly columns: readonly Field[]
  /** The field to sort groups by, with `-` in front for descending order; undefined for the largest groups first. */
  readonly sort: string | undefined
}

/** Returns the order of groups that `sort` describes; undefined if `sort` is not a field of the groups. */
function toGroupOrder({ by, columns, sort }: GroupsRequest): GroupOrder | undefined {
  const isDescending = sort?.startsWith('-') ?? true
  const name = sort?.replace(/^-/, '')

  if (name === undefined || name === 'n') return { by: 'n', isDescending }
  const place = (fields: readonly Field[]): number =>
    fields.findIndex((field) => formatField(field) === formatField(parseField(name)))

  if (place(columns) >= 0) return { by: 'column', index: place(columns), isDescending }
  return place(by) >= 0 ? { by: 'key', index: place(by), isDescending } : undefined
}

/**
 * Groups runs by the fields `by` and returns statistics of the fields `columns` for each group. Throws FilterError for
 * an unknown field.
 */
export async function readGroups(
  { scan }: Store,
  scope: RunScope,
  { by, columns, sort }: GroupsRequest,
): Promise<GroupsView> {
  const rows = await scan.runQueries.readTable(scope, { keys: by, values: columns }, LIMITS.groupRunsMax)
  const groups = sortGroups(groupRows(rows), toGroupOrder({ by, columns, sort }))

  const toView = (spread: Spread | null) =>
    spread && {
      n: spread.n,
      mean: toRoundedNumber(spread.mean),
      sd: toRoundedNumber(spread.sd),
      min: toChartNumber(spread.min),
      max: toChartNumber(spread.max),
    }

  return {
    groups: groups
      .slice(0, LIMITS.groupsMax)
      .map(({ keys, n, values }) => ({ keys: [...keys], n, values: values.map(toView) })),
    groupCount: groups.length,
    runCount: rows.length,
  }
}

/** Returns the parameters whose values differ among runs, including those that only some of the runs have. */
export async function readVaried({ scan: { runQueries } }: Store, scope: RunScope): Promise<VariedView> {
  const runs = await runQueries.count(scope)
  const varied = await runQueries.listVaried(scope, runs)
  return { params: varied.map(({ text, count }) => ({ name: text, count })), runs }
}

/**
 * Returns the names of parameters and metrics in some projects, for selection by a user. If `scope` is given, names
 * that many of its newest `LIMITS.recentRunsMax` runs have come first.
 */
export async function readNames(
  { scan: { runQueries } }: Store,
  projects: ProjectScope,
  scope: RunScope | undefined,
): Promise<NamesView> {
  const names = async (kind: 'param' | 'metric') => {
    const all = await runQueries.listNames(kind, '', { projects, limit: LIMITS.namesMax })

    const texts = all.map(({ text }) => text)
    const latest = scope ? await runQueries.countNamesAmongLatest(kind, texts, scope, LIMITS.recentRunsMax) : []
    const recent = new Map(latest.map(({ text, count }) => [text, count]))
    return all
      .map(({ text, count }) => ({ name: text, count, recent: recent.get(text) ?? 0 }))
      .toSorted((a, b) => b.recent - a.recent)
  }

  return { params: await names('param'), metrics: await names('metric') }
}

/** Returns the number of places for runs on this machine and how many are in use, and the same for each GPU. */
export async function readSlots({ store, executor }: { store: Store; executor: Executor }): Promise<SlotsView> {
  const { runsMax, devices } = executor.getCapacity()
  const active = await store.read.runs.listActive()
  const taken = new Set(active.flatMap((run) => run.devices))
  return { places: runsMax, used: active.length, devices: devices.map((name) => ({ name, isUsed: taken.has(name) })) }
}

/** Returns the data of all charts of a sweep. */
export async function readTrials({ scan }: Store, { id, plan, resultCount }: Sweep): Promise<TrialsView> {
  const { trials, attempts } = await scan.trialMetrics.readChart(id, measureOf(plan))
  const { halving } = plan.method
  const record = halving && resultCount > 0 ? await scan.sweepHistory.listResults(id, 0) : []
  const names = [...new Set([...plan.space.map(({ name }) => name), ...(halving ? [halving.resource] : [])])]

  return {
    metric: plan.objective?.metric ?? null,
    optimization: plan.objective?.optimization ?? null,
    bestBy: plan.objective?.bestBy ?? 'last',
    axes: plan.space.map(toAxisView),
    rungs: halving ? { resource: halving.resource, amounts: ashaResources(halving), form: halving.form } : null,
    index: trials.map(({ index }) => index),
    number: trials.map(({ number }) => number),
    phase: trials.map(({ phase }) => phase),
    reason: trials.map(({ reason }) => reason),
    rung: trials.map(({ rung }) => rung),
    value: trials.map(({ value }) => toChartNumber(value)),
    isOdd: trials.map(({ value, hasMetric }) => hasMetric && toChartNumber(value) === null),
    startedAt: trials.map(({ startedAt }) => toIso(startedAt)),
    endedAt: trials.map(({ endedAt }) => toIso(endedAt)),
    params: Object.fromEntries(names.map((name) => [name, trials.map(({ params }) => toPlain(params[name] ?? null))])),
    reached: record.map(({ index, rung, phase, value }) => ({
      index,
      rung,
      value: phase === 'failed' ? null : toChartNumber(value),
    })),
    attempts: {
      index: attempts.map(({ index }) => index),
      n: attempts.map(({ n }) => n),
      startedAt: attempts.map(({ startedAt }) => toIso(startedAt)),
      endedAt: attempts.map(({ endedAt }) => toIso(endedAt)),
      reason: attempts.map(({ reason }) => reason),
    },
  }
}

const LOGARITHMIC = new Set<Axis['kind']>([
  'log',
  'logint',
  'logspace',
  'geomspace',
  'loguniform',
  'qloguniform',
  'lognormal',
  'qlognormal',
])
function toAxisView(axis: Axis): AxisView {
  const values = axis.kind === 'values' || axis.kind === 'pvalues' ? axis.values : []
  const isCategory =
    (axis.kind === 'values' || axis.kind === 'pvalues') && values.some((value) => asNumber(value) === undefined)

  const [low, high] = isCategory ? [null, null] : boundsOf(axis)

  return {
    name: axis.name,
    scale: isCategory ? 'category' : LOGARITHMIC.has(axis.kind) ? 'log' : 'linear',
    low,
    high,
    categories: isCategory ? values.map(toPythonText) : [],
    isConditional: axis.when !== undefined,
  }
}

/** Returns the lowest and highest value that a numeric axis can have; null where the axis has no bound. */
function boundsOf(axis: Axis): [number | null, number | null] {
  if (axis.kind === 'values' || axis.kind === 'pvalues') {
    const numbers = axis.values.map((value) => asNumber(value)!)
    return [Math.min(...numbers), Math.max(...numbers)]
  }

  const size = axisSize(axis)
  if (size !== undefined) {
    const ends = [asNumber(valueAt(axis, 0))!, asNumber(valueAt(axis, size - 1))!]
    return [Math.min(...ends), Math.max(...ends)]
  }

  if (axis.kind === 'loguniform' || axis.kind === 'qloguniform')
    return [asNumber(sampleAxis(axis, 0))!, asNumber(sampleAxis(axis, 1))!]
  return 'low' in axis ? [axis.low, axis.high] : [null, null]
}
