import { concat } from '../core/metrics/chunks.ts'
import { POINT_WIDTH, toFloat64 } from '../core/metrics/series.ts'
import type { Stores } from '../core/ports/store.ts'
import type { SeriesPoints } from '../core/ports/tracking-store.ts'
import type { Run } from '../core/records/run.ts'
import { appendPoints, loadOrInsertSeries } from './series.ts'
import type { PointBatch, SeriesWriter } from './series.ts'

/** Id and number of a run: series refer to the id, summaries to the number. */
type PointRun = Pick<Run, 'id' | 'number'>

const ROWS_AT_ONCE = 64

/**
 * Stores points of one source in a row of their own, where they wait to be folded into their series. Folding many
 * batches of a run together writes each chunk and each summary once instead of once for each batch.
 */
export async function insertWaitingBatch(
  writer: SeriesWriter,
  run: PointRun,
  { series, source }: PointBatch,
): Promise<void> {
  // Inserts the series now, so that the sender receives the error if the database refuses a name.
  await loadOrInsertSeries(writer, { runId: run.id, names: series.map((item) => item.name) })

  const row = {
    run_id: run.id,
    run_number: run.number,
    attempt: source.attempt,
    writer: source.writer,
    ...packSeries(series),
  }
  await writer.db.insertInto('waiting_batch').values(row).execute()
}

/** Appends all waiting points to their series and deletes the rows in which they waited. */
export async function foldWaiting(writer: SeriesWriter): Promise<void> {
  for (;;) {
    const rows = await writer.db.selectFrom('waiting_batch').selectAll().orderBy('n').limit(ROWS_AT_ONCE).execute()
    for (const { run, batch } of joinBatches(rows.map(toRunBatch))) await appendPoints(writer, run, batch)
    const last = rows.at(-1)
    if (last) await writer.db.deleteFrom('waiting_batch').where('n', '<=', last.n).execute()
    if (rows.length < ROWS_AT_ONCE) return
  }
}

/** Returns stores that do the same, but call `fold` before each method whose result depends on points. */
export function withFoldBeforeReads(stores: Stores, fold: () => Promise<void>): Stores {
  const { runQueries, trials, trialMetrics, tracking, runTrash } = stores
  return {
    ...stores,
    runQueries: callAfter(fold, runQueries),
    trials: callAfter(fold, trials),
    trialMetrics: callAfter(fold, trialMetrics),
    tracking: {
      ...tracking,
      ...callAfter(fold, pick(tracking, ['listSummaries', 'listCommonMetrics', 'readPoints', 'readBuckets'])),
    },
    runTrash: { ...runTrash, ...callAfter(fold, pick(runTrash, ['purgePart'])) },
  }
}

/** Returns methods that do the same, each after awaiting `before`. */
function callAfter<T extends object>(before: () => Promise<void>, part: T): T {
  const methods = Object.entries(part) as [string, (...args: unknown[]) => Promise<unknown>][]
  return Object.fromEntries(
    methods.map(([name, method]) => [name, async (...args: unknown[]) => (await before(), await method(...args))]),
  ) as T
}

function pick<T, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>
}

interface PackedSeries {
  /**
   * JSON list: for each series its name, its number of points, and whether it has the same steps and times as the
   * previous series in the list.
   */
  readonly series: string
  /**
   * Float64 numbers: for each series the pairs of step and time, unless they equal those of the previous series, then
   * the values.
   */
  readonly points: Uint8Array
}

function packSeries(series: readonly SeriesPoints[]): PackedSeries {
  const numbers = new Float64Array(series.reduce((sum, { points }) => sum + points.length, 0))
  let end = 0

  const heads = series.map(({ name, points }, index) => {
    const hasStepsOfPrevious = index > 0 && haveSameStepsAndTimes(points, series[index - 1]!.points)
    if (!hasStepsOfPrevious)
      for (let at = 0; at < points.length; at += POINT_WIDTH)
        [numbers[end], numbers[end + 1], end] = [points[at]!, points[at + 1]!, end + 2]
    for (let at = 2; at < points.length; at += POINT_WIDTH) numbers[end++] = points[at]!
    return [name, points.length / POINT_WIDTH, hasStepsOfPrevious]
  })

  return {
    series: JSON.stringify(heads),
    points: new Uint8Array(numbers.buffer, 0, end * Float64Array.BYTES_PER_ELEMENT),
  }
}

function unpackSeries(packed: PackedSeries): SeriesPoints[] {
  const numbers = toFloat64(packed.points)
  let end = 0
  let stepsAndTimes = numbers

  return (JSON.parse(packed.series) as [string, number, boolean][]).map(([name, count, hasStepsOfPrevious]) => {
    if (!hasStepsOfPrevious) stepsAndTimes = numbers.subarray(end, (end += count * 2))
    const points = new Float64Array(count * POINT_WIDTH)
    for (let i = 0; i < count; i += 1) {
      points[i * POINT_WIDTH] = stepsAndTimes[i * 2]!
      points[i * POINT_WIDTH + 1] = stepsAndTimes[i * 2 + 1]!
      points[i * POINT_WIDTH + 2] = numbers[end + i]!
    }
    end += count
    return { name, points }
  })
}

/** Whether two lists of points have the same steps and times. */
function haveSameStepsAndTimes(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at += POINT_WIDTH) if (a[at] !== b[at] || a[at + 1] !== b[at + 1]) return false
  return true
}

interface RunBatch {
  readonly run: PointRun
  readonly batch: PointBatch
}

function toRunBatch(row: {
  run_id: string
  run_number: number
  attempt: number
  writer: number
  series: string
  points: Uint8Array
}): RunBatch {
  return {
    run: { id: row.run_id, number: row.run_number },
    batch: { series: unpackSeries(row), source: { attempt: row.attempt, writer: row.writer } },
  }
}

/** Joins consecutive batches of one run that have the same source. The order of each run's points does not change. */
function joinBatches(batches: readonly RunBatch[]): RunBatch[] {
  const byRun = Map.groupBy(batches, ({ run }) => run.id)
  return [...byRun.values()].flatMap((ofRun) => groupBySource(ofRun).map(mergeBatches))
}

/** Groups consecutive batches that have the same source. */
function groupBySource(batches: readonly RunBatch[]): RunBatch[][] {
  const stretches: RunBatch[][] = []
  for (const item of batches) {
    const stretch = stretches.at(-1)
    const { source } = item.batch
    const before = stretch?.[0]!.batch.source
    if (stretch && before!.attempt === source.attempt && before!.writer === source.writer) stretch.push(item)
    else stretches.push([item])
  }
  return stretches
}

function mergeBatches(stretch: readonly RunBatch[]): RunBatch {
  const [{ run, batch }] = stretch as [RunBatch]
  const byName = Map.groupBy(
    stretch.flatMap((item) => item.batch.series),
    (item) => item.name,
  )
  const series = [...byName].map(([name, parts]): SeriesPoints => ({
    name,
    points: concat(...parts.map((part) => part.points)),
  }))
  return { run, batch: { series, source: batch.source } }
}
