import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import { appendToTail } from '../core/metrics/chunks.ts'
import type { Tail } from '../core/metrics/chunks.ts'
import { coarsen, EMPTY_SUMMARY, mean, ONLY_SOURCE, packSummary, POINT_WIDTH, summarize, toBucket, toFloat64, unpackSummary } from '../core/metrics/series.ts'
import type { PointSource, Summary } from '../core/metrics/series.ts'
import type { SeriesPoints, TrackingStore } from '../core/ports.ts'
import { pieces } from './pieces.ts'
import type { Tables } from './tables.ts'

/** What the writing side remembers of a series, so that an append reads nothing. */
interface OpenSeries {
  readonly id: number
  readonly summary: Summary
  readonly tail: Tail | undefined
}

const OPEN_RUNS_MAX = 200

/** Open series by run and name. Belongs to the one writing connection; emptied when a transaction fails. */
export type SeriesCache = Map<string, Map<string, OpenSeries>>

/** Metric points as chunks of float64 with a rollup each, summaries beside them, and the marks of writers. */
export function createTrackingStore(db: Kysely<Tables>, now: () => number, cache: SeriesCache): TrackingStore {
  const open = async (runId: string, names: readonly string[]): Promise<Map<string, OpenSeries>> => {
    const known = cache.get(runId) ?? new Map<string, OpenSeries>()
    cache.delete(runId)
    cache.set(runId, known)
    if (cache.size > OPEN_RUNS_MAX) cache.delete(cache.keys().next().value!)
    for (const some of pieces(names.filter((name) => !known.has(name)))) await loadSeries(db, runId, some, known)
    for (const some of pieces(names.filter((name) => !known.has(name)).map((name) => ({ run_id: runId, name })))) await insertSeries(db, some, known)
    return known
  }
  const seriesId = async (runId: string, name: string): Promise<number | undefined> =>
    (await db.selectFrom('series').select('id').where('run_id', '=', runId).where('name', '=', name).executeTakeFirst())?.id
  return {
    writer: async (id, runId, attempt) => {
      const row = await db.selectFrom('writer').selectAll().where('id', '=', id).executeTakeFirst()
      if (row && (row.run_id !== runId || row.attempt !== attempt)) return undefined
      if (row) return { mark: row.mark, lost: row.lost, isClosed: row.is_closed === 1 }
      await db.insertInto('writer').values({ id, run_id: runId, attempt, mark: 0, lost: 0, is_closed: 0 }).execute()
      return { mark: 0, lost: 0, isClosed: false }
    },
    putWriter: async (id, { mark, lost, isClosed }) => {
      await db
        .updateTable('writer')
        .set({ mark, lost, is_closed: Number(isClosed) })
        .where('id', '=', id)
        .execute()
    },
    delivery: async (runId) => {
      const rows = await db.selectFrom('writer').selectAll().where('run_id', '=', runId).execute()
      const byAttempt = new Map<number, { received: number; lost: number; isClosed: boolean }>()
      for (const row of rows) {
        const before = byAttempt.get(row.attempt) ?? { received: 0, lost: 0, isClosed: true }
        byAttempt.set(row.attempt, {
          received: before.received + row.mark - row.lost,
          lost: before.lost + row.lost,
          isClosed: before.isClosed && row.is_closed === 1,
        })
      }
      return byAttempt
    },
    append: async (run, series, source = ONLY_SOURCE) => {
      const known = await open(
        run.id,
        series.map((item) => item.name),
      )
      const written = series.map((item) => appendPoints(known.get(item.name)!, item, source))
      await writeSummaries(
        db,
        run.number,
        written.map((item) => item.summary),
      )
      await writeChunks(
        db,
        written.flatMap((item) => item.chunks),
        now(),
      )
      written.forEach((item, index) => known.set(series[index]!.name, item.next))
    },
    summaries: async (runIds, names) => {
      const byRun = new Map<string, Map<string, Summary>>()
      const take = (rows: readonly { run_id: string; name: string; summary: Uint8Array }[]): void => {
        for (const row of rows) {
          const ofRun = byRun.get(row.run_id) ?? new Map<string, Summary>()
          byRun.set(row.run_id, ofRun.set(row.name, unpackSummary(row.summary)))
        }
      }
      for (const some of pieces(runIds)) {
        if (names) for (const wanted of pieces(names.toSorted())) take(await summariesNamed(db, some, wanted))
        else
          take(
            await summarized(db).select(['series.run_id', 'series.name', 'metric.summary']).where('series.run_id', 'in', some).orderBy('series.name').execute(),
          )
      }
      return byRun
    },
    commonMetrics: async (runIds, limit) => {
      if (runIds.length === 0) return []
      const rows = await db
        .selectFrom('series')
        .select('name')
        .where('run_id', 'in', runIds)
        .where('name', 'not like', 'system.%')
        .groupBy('name')
        .orderBy(sql`count(*)`, 'desc')
        .orderBy('name')
        .limit(limit)
        .execute()
      return rows.map((row) => row.name)
    },
    points: async (runId, name, from, limit) => {
      const id = await seriesId(runId, name)
      if (id === undefined) return undefined
      const first = await db
        .selectFrom('chunk')
        .select('n')
        .where('series_id', '=', id)
        .where('first_index', '<=', from)
        .orderBy('n', 'desc')
        .limit(1)
        .executeTakeFirst()
      // A chunk holds at least one point, so `limit` chunks and the one that holds `from` are enough.
      const rows = await db
        .selectFrom('chunk')
        .select(['first_index', 'points'])
        .where('series_id', '=', id)
        .where('n', '>=', first?.n ?? 0)
        .orderBy('n')
        .limit(limit + 1)
        .execute()
      return slicePoints(rows, from, limit)
    },
    buckets: async (runId, name, max) => {
      const id = await seriesId(runId, name)
      if (id === undefined) return undefined
      const rows = await db.selectFrom('chunk').select('rollup').where('series_id', '=', id).orderBy('n').execute()
      return coarsen(
        rows.map((row) => unpackSummary(row.rollup)),
        max,
      )
    },
  }
}

/** The same of a few metrics. The numbers of the runs are read first: joined, every run that has the metric would be looked at. */
async function summariesNamed(
  db: Kysely<Tables>,
  runIds: readonly string[],
  names: readonly string[],
): Promise<{ run_id: string; name: string; summary: Uint8Array }[]> {
  const runs = await db.selectFrom('run').select(['id', 'number']).where('id', 'in', runIds).execute()
  const ids = new Map(runs.map(({ id, number }) => [number, id]))
  const rows = await db
    .selectFrom('metric')
    .select(['name', 'run_number', 'summary'])
    .where('name', 'in', names)
    .where('run_number', 'in', [...ids.keys()])
    .orderBy('name')
    .execute()
  return rows.map(({ run_number, name, summary }) => ({ run_id: ids.get(run_number)!, name, summary }))
}

/** Series with their summaries. */
function summarized(db: Kysely<Tables>) {
  return db
    .selectFrom('series')
    .innerJoin('run', 'run.id', 'series.run_id')
    .innerJoin('metric', (join) => join.onRef('metric.name', '=', 'series.name').onRef('metric.run_number', '=', 'run.number'))
}

/** Those series of a run that are there already, each with its last chunk. */
async function loadSeries(db: Kysely<Tables>, runId: string, names: readonly string[], known: Map<string, OpenSeries>): Promise<void> {
  const rows = await summarized(db)
    .leftJoin('chunk', (join) =>
      join.onRef('chunk.series_id', '=', 'series.id').on('chunk.n', '=', (on) =>
        on
          .selectFrom('chunk as own')
          .select((inner) => inner.fn.max('own.n').as('n'))
          .whereRef('own.series_id', '=', 'series.id'),
      ),
    )
    .select(['series.id', 'series.name', 'metric.summary', 'chunk.n', 'chunk.points'])
    .where('series.run_id', '=', runId)
    .where('series.name', 'in', names)
    .execute()
  for (const { id, name, summary, n, points } of rows)
    known.set(name, { id, summary: unpackSummary(summary), tail: n === null || points === null ? undefined : { n, points: toFloat64(points) } })
}

async function insertSeries(db: Kysely<Tables>, series: readonly { run_id: string; name: string }[], known: Map<string, OpenSeries>): Promise<void> {
  const rows = await db.insertInto('series').values(series).returning(['id', 'name']).execute()
  for (const row of rows) known.set(row.name, { id: row.id, summary: EMPTY_SUMMARY, tail: undefined })
}

interface ChunkRow {
  readonly seriesId: number
  readonly chunk: Tail
  readonly firstIndex: number
}

function appendPoints(
  series: OpenSeries,
  { name, points }: SeriesPoints,
  source: PointSource,
): { next: OpenSeries; summary: { name: string; summary: Summary }; chunks: ChunkRow[] } {
  const summary = summarize(series.summary, points, source)
  const chunks = appendToTail(series.tail, points)
  let end = summary.count
  const rows = [...chunks].reverse().map((chunk) => {
    end -= chunk.points.length / POINT_WIDTH
    return { seriesId: series.id, chunk, firstIndex: end }
  })
  return { next: { id: series.id, summary, tail: chunks.at(-1) ?? series.tail }, summary: { name, summary }, chunks: rows.reverse() }
}

async function writeSummaries(db: Kysely<Tables>, runNumber: number, items: readonly { name: string; summary: Summary }[]): Promise<void> {
  const rows = items.map(({ name, summary }) => ({
    name,
    run_number: runNumber,
    last: finiteOrNull(summary.last),
    min: finiteOrNull(summary.min),
    max: finiteOrNull(summary.max),
    mean: finiteOrNull(mean(summary)),
    summary: packSummary(summary),
  }))
  for (const some of pieces(rows))
    await db
      .insertInto('metric')
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(['name', 'run_number']).doUpdateSet((on) => ({
          last: on.ref('excluded.last'),
          min: on.ref('excluded.min'),
          max: on.ref('excluded.max'),
          mean: on.ref('excluded.mean'),
          summary: on.ref('excluded.summary'),
        })),
      )
      .execute()
}

/** A value that is no finite number is neither better nor worse than any other. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

async function writeChunks(db: Kysely<Tables>, chunks: readonly ChunkRow[], receivedAt: number): Promise<void> {
  const rows = chunks.map(({ seriesId, chunk, firstIndex }) => ({
    series_id: seriesId,
    n: chunk.n,
    first_index: firstIndex,
    points: toBytes(chunk.points),
    rollup: packSummary(toBucket(chunk.points)),
    received_at: receivedAt,
  }))
  for (const some of pieces(rows))
    await db
      .insertInto('chunk')
      .values(some)
      .onConflict((conflict) =>
        conflict
          .columns(['series_id', 'n'])
          .doUpdateSet((on) => ({ points: on.ref('excluded.points'), rollup: on.ref('excluded.rollup'), received_at: on.ref('excluded.received_at') })),
      )
      .execute()
}

function toBytes(points: Float64Array): Uint8Array {
  return new Uint8Array(points.buffer, points.byteOffset, points.byteLength)
}

function slicePoints(rows: readonly { first_index: number; points: Uint8Array }[], from: number, limit: number): Float64Array {
  const numbers = rows.flatMap((row) => {
    const points = toFloat64(row.points)
    const start = Math.max(0, from - row.first_index)
    const end = Math.max(start, Math.min(points.length / POINT_WIDTH, from + limit - row.first_index))
    return [points.subarray(start * POINT_WIDTH, end * POINT_WIDTH)]
  })
  const joined = new Float64Array(numbers.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of numbers) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
