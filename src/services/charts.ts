import { toMark } from '../contract/charts.ts'
import type { AxisView, GroupsView, NamesView, SeriesView, SlotsView, TrialsView } from '../contract/charts.ts'
import { LIMITS } from '../contract/limits.ts'
import type { Axis } from '../contract/search-space.ts'
import { asNumber, toPlain } from '../contract/values.ts'
import type { Field } from '../core/filter/filter.ts'
import { groupRows } from '../core/metrics/groups.ts'
import type { Spread } from '../core/metrics/groups.ts'
import { bucketsOf, coarsen } from '../core/metrics/series.ts'
import type { Bucket } from '../core/metrics/series.ts'
import type { Executor, RunScope, Store } from '../core/ports.ts'
import type { Run, Sweep } from '../core/records.ts'
import { ladder } from '../core/search/rungs.ts'
import { axisSize, valueAt } from '../core/search/space.ts'
import { toPythonText } from '../core/spec/python.ts'
import { toIso } from './views.ts'

/** Lines of several metrics of several runs; what a run never logged is left out. */
export async function readSeries(store: Store, runs: readonly Run[], metrics: readonly string[], buckets: number): Promise<SeriesView[]> {
  const lines: SeriesView[] = []
  for (const run of runs) {
    for (const metric of metrics) {
      const found = await readBuckets(store, run.id, metric, buckets)
      if (found) lines.push(toLine(run.number, metric, found))
    }
  }
  return lines
}

/** Series up to this length are drawn from their points; the rollups of longer ones are fine enough. */
const POINTS_MAX = 50_000

async function readBuckets({ scan }: Store, runId: string, metric: string, max: number): Promise<Bucket[] | undefined> {
  const rollups = await scan.tracking.buckets(runId, metric, Infinity)
  if (!rollups) return undefined
  const count = rollups.reduce((sum, bucket) => sum + bucket.count, 0)
  if (count > POINTS_MAX) return coarsen(rollups, max)
  return bucketsOf((await scan.tracking.points(runId, metric, 0, POINTS_MAX)) ?? new Float64Array(), max)
}

function toLine(run: number, metric: string, buckets: readonly Bucket[]): SeriesView {
  return {
    run,
    metric,
    step: buckets.map(({ lastStep }) => lastStep),
    last: buckets.map(({ last }) => toMark(last)),
    min: buckets.map(({ min }) => toMark(min)),
    max: buckets.map(({ max }) => toMark(max)),
    time: buckets.map(({ lastTime }) => lastTime),
    points: buckets.reduce((sum, { count }) => sum + count, 0),
  }
}

/** Runs together by some of their fields. Throws FilterError for a field that is none. */
export async function readGroups({ scan }: Store, scope: RunScope, { by, columns }: { by: readonly Field[]; columns: readonly Field[] }): Promise<GroupsView> {
  const rows = await scan.search.table(scope, { keys: by, values: columns }, LIMITS.groupRunsMax)
  const groups = groupRows(rows)
  const toView = (spread: Spread | null) =>
    spread && { n: spread.n, mean: toMark(spread.mean), sd: toMark(spread.sd), min: toMark(spread.min), max: toMark(spread.max) }
  return {
    groups: groups.slice(0, LIMITS.groupsMax).map(({ keys, n, values }) => ({ keys: [...keys], n, values: values.map(toView) })),
    groupCount: groups.length,
    runCount: rows.length,
  }
}

/** Names of parameters and metrics for pickers. */
export async function readNames({ scan }: Store): Promise<NamesView> {
  const names = async (kind: 'param' | 'metric') => (await scan.search.names(kind, '', LIMITS.namesMax)).map(({ text, count }) => ({ name: text, count }))
  return { params: await names('param'), metrics: await names('metric') }
}

/** The places of the machine, and which of them are taken. */
export async function readSlots({ store, executor }: { store: Store; executor: Executor }): Promise<SlotsView> {
  const { runsMax, devices } = executor.capacity()
  const active = await store.read.runs.listActive()
  const taken = new Set(active.flatMap((run) => run.devices))
  return { places: runsMax, used: active.length, devices: devices.map((name) => ({ name, isUsed: taken.has(name) })) }
}

/** Everything the pages of a sweep draw. */
export async function readTrials({ scan }: Store, { id, plan, results }: Sweep): Promise<TrialsView> {
  const { trials, attempts } = await scan.trials.chart(id, plan.objective?.metric ?? '')
  const { halving } = plan.method
  const record = halving && results > 0 ? await scan.sweeps.results(id, 0) : []
  const names = [...new Set([...plan.space.map(({ name }) => name), ...(halving ? [halving.resource] : [])])]
  return {
    metric: plan.objective?.metric ?? null,
    optimization: plan.objective?.optimization ?? null,
    axes: plan.space.map(toAxisView),
    rungs: halving ? { resource: halving.resource, amounts: ladder(halving), form: halving.form } : null,
    index: trials.map(({ index }) => index),
    number: trials.map(({ number }) => number),
    phase: trials.map(({ phase }) => phase),
    reason: trials.map(({ reason }) => reason),
    rung: trials.map(({ rung }) => rung),
    value: trials.map(({ value }) => toMark(value)),
    startedAt: trials.map(({ startedAt }) => toIso(startedAt)),
    endedAt: trials.map(({ endedAt }) => toIso(endedAt)),
    params: Object.fromEntries(names.map((name) => [name, trials.map(({ params }) => toPlain(params[name] ?? null))])),
    reached: record.map(({ index, rung, phase, value }) => ({ index, rung, value: phase === 'failed' ? null : toMark(value) })),
    attempts: {
      index: attempts.map(({ index }) => index),
      n: attempts.map(({ n }) => n),
      startedAt: attempts.map(({ startedAt }) => toIso(startedAt)!),
      endedAt: attempts.map(({ endedAt }) => toIso(endedAt)),
      reason: attempts.map(({ reason }) => reason),
    },
  }
}

const LOGARITHMIC = new Set<Axis['kind']>(['log', 'logint', 'logspace', 'geomspace', 'loguniform', 'qloguniform', 'lognormal', 'qlognormal'])
/** Lists of more numbers than this are an axis of numbers, not of categories. */
const LISTED_MAX = 12

function toAxisView(axis: Axis): AxisView {
  const size = axisSize(axis)
  const listed = size !== undefined && size <= LISTED_MAX ? Array.from({ length: size }, (_, i) => valueAt(axis, i)) : undefined
  const values = axis.kind === 'values' || axis.kind === 'pvalues' ? axis.values : (listed ?? [])
  const isCategory = (axis.kind === 'values' || axis.kind === 'pvalues') && values.some((value) => asNumber(value) === undefined)
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

/** Ends of the values an axis can take. */
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
  if (axis.kind === 'loguniform' || axis.kind === 'qloguniform') return [Math.exp(axis.low), Math.exp(axis.high)]
  return 'low' in axis ? [axis.low, axis.high] : [null, null]
}
