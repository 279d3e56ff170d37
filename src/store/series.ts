import type { Kysely } from 'kysely'

import { appendToTail } from '../core/metrics/chunks.ts'
import type { Tail } from '../core/metrics/chunks.ts'
import {
  EMPTY_SUMMARY,
  mean,
  packSummary,
  POINT_WIDTH,
  summarize,
  toBucket,
  toFloat64,
  unpackSummary,
} from '../core/metrics/series.ts'
import type { PointSource, Summary } from '../core/metrics/series.ts'
import type { SeriesPoints } from '../core/ports/tracking-store.ts'
import type { Run } from '../core/records/run.ts'
import { splitForStatements } from './pieces.ts'
import type { Tables } from './tables.ts'

/**
 * Cached state of a series: its id, its summary and its last chunk. An append to a cached series reads nothing from the
 * database.
 */
interface CachedSeries {
  readonly id: number
  readonly summary: Summary
  readonly tail: Tail | undefined
}

const CACHED_RUNS_MAX = 200

/**
 * Cached series by run id and metric name. Only the connection that writes uses the cache; it is cleared when a
 * transaction fails.
 */
export type SeriesCache = Map<string, Map<string, CachedSeries>>

/** Context for writing points: the open transaction, the clock, and the cache of the connection. */
export interface SeriesWriter {
  readonly db: Kysely<Tables>
  readonly now: () => number
  readonly cache: SeriesCache
}

/**
 * Appends points of one source to the series of a run: writes them in chunks, each with its statistics (`rollup`), and
 * updates the summaries of the series.
 */
export async function appendPoints(
  writer: SeriesWriter,
  run: Pick<Run, 'id' | 'number'>,
  { series, source }: PointBatch,
): Promise<void> {
  const { db, now } = writer
  const cachedByName = await loadOrInsertSeries(writer, { runId: run.id, names: series.map((item) => item.name) })

  const written = series.map((item) => appendToSeries(cachedByName.get(item.name)!, item, source))
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

  written.forEach((item, index) => cachedByName.set(series[index]!.name, item.next))
}

/** Points of one source for some series of a run. Each series occurs at most once. */
export interface PointBatch {
  readonly series: readonly SeriesPoints[]
  readonly source: PointSource
}

/**
 * Loads the named series of a run into the cache and inserts rows for those that do not exist yet. Returns all cached
 * series of the run by name.
 */
export async function loadOrInsertSeries(
  { db, cache }: SeriesWriter,
  { runId, names }: { readonly runId: string; readonly names: readonly string[] },
): Promise<Map<string, CachedSeries>> {
  const cachedByName = cache.get(runId) ?? new Map<string, CachedSeries>()
  // Moves the run to the end, because the cache drops its first run: the one that was used least recently.
  cache.delete(runId)
  cache.set(runId, cachedByName)
  if (cache.size > CACHED_RUNS_MAX) cache.delete(cache.keys().next().value!)

  for (const some of splitForStatements(names.filter((name) => !cachedByName.has(name))))
    await loadSeries(db, runId, some, cachedByName)
  for (const some of splitForStatements(
    names.filter((name) => !cachedByName.has(name)).map((name) => ({ run_id: runId, name })),
  ))
    await insertSeries(db, some, cachedByName)

  return cachedByName
}

/**
 * Adds the named series that exist to `cachedByName`, each with its last chunk. A series has neither a chunk nor a
 * summary while all its points are in `waiting_batch`.
 */
async function loadSeries(
  db: Kysely<Tables>,
  runId: string,
  names: readonly string[],
  cachedByName: Map<string, CachedSeries>,
): Promise<void> {
  const rows = await db
    .selectFrom('series')
    .innerJoin('run', 'run.id', 'series.run_id')
    .leftJoin('metric', (join) =>
      join.onRef('metric.name', '=', 'series.name').onRef('metric.run_number', '=', 'run.number'),
    )
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
    cachedByName.set(name, {
      id,
      summary: summary === null ? EMPTY_SUMMARY : unpackSummary(summary),
      tail: n === null || points === null ? undefined : { n, points: toFloat64(points) },
    })
}

async function insertSeries(
  db: Kysely<Tables>,
  series: readonly { run_id: string; name: string }[],
  cachedByName: Map<string, CachedSeries>,
): Promise<void> {
  const rows = await db.insertInto('series').values(series).returning(['id', 'name']).execute()
  for (const row of rows) cachedByName.set(row.name, { id: row.id, summary: EMPTY_SUMMARY, tail: undefined })
}

interface ChunkRow {
  readonly seriesId: number
  readonly chunk: Tail
  readonly firstIndex: number
}

function appendToSeries(
  series: CachedSeries,
  { name, points }: SeriesPoints,
  source: PointSource,
): { next: CachedSeries; summary: { name: string; summary: Summary }; chunks: ChunkRow[] } {
  const summary = summarize(series.summary, points, source)
  const chunks = appendToTail(series.tail, points)

  let end = summary.count
  const rows = [...chunks].reverse().map((chunk) => {
    end -= chunk.points.length / POINT_WIDTH
    return { seriesId: series.id, chunk, firstIndex: end }
  })

  return {
    next: { id: series.id, summary, tail: chunks.at(-1) ?? series.tail },
    summary: { name, summary },
    chunks: rows.reverse(),
  }
}

async function writeSummaries(
  db: Kysely<Tables>,
  runNumber: number,
  items: readonly { name: string; summary: Summary }[],
): Promise<void> {
  const rows = items.map(({ name, summary }) => ({
    name,
    run_number: runNumber,
    last: finiteOrNull(summary.last),
    min: finiteOrNull(summary.min),
    max: finiteOrNull(summary.max),
    mean: finiteOrNull(mean(summary)),
    summary: packSummary(summary),
  }))

  for (const some of splitForStatements(rows))
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

/** Returns null for NaN and infinities, so that they take no part in comparisons and sorting. */
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

  for (const some of splitForStatements(rows))
    await db
      .insertInto('chunk')
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(['series_id', 'n']).doUpdateSet((on) => ({
          points: on.ref('excluded.points'),
          rollup: on.ref('excluded.rollup'),
          received_at: on.ref('excluded.received_at'),
        })),
      )
      .execute()
}

function toBytes(points: Float64Array): Uint8Array {
  return new Uint8Array(points.buffer, points.byteOffset, points.byteLength)
}
