import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import { concat } from '../core/metrics/chunks.ts'
import { coarsen, ONLY_SOURCE, POINT_WIDTH, toFloat64, unpackSummary } from '../core/metrics/series.ts'
import type { Summary } from '../core/metrics/series.ts'
import type { TrackingStore } from '../core/ports/tracking-store.ts'
import { splitForStatements } from './pieces.ts'
import type { SeriesWriter } from './series.ts'
import type { Tables } from './tables.ts'
import { insertWaitingBatch } from './waiting-points.ts'

/** Creates the store of the metric points and summaries of runs, and of the delivery state of writers. */
export function createTrackingStore(writer: SeriesWriter): TrackingStore {
  const { db } = writer
  const seriesId = async (runId: string, name: string): Promise<number | undefined> =>
    (await db.selectFrom('series').select('id').where('run_id', '=', runId).where('name', '=', name).executeTakeFirst())
      ?.id

  return {
    openWriter: async (id, runId, attempt) => {
      const row = await db.selectFrom('writer').selectAll().where('id', '=', id).executeTakeFirst()
      if (row && (row.run_id !== runId || row.attempt !== attempt)) return undefined
      if (row) return { lastSequence: row.mark, lost: row.lost, isClosed: row.is_closed === 1 }

      await db.insertInto('writer').values({ id, run_id: runId, attempt, mark: 0, lost: 0, is_closed: 0 }).execute()
      return { lastSequence: 0, lost: 0, isClosed: false }
    },

    putWriter: async (id, { lastSequence, lost, isClosed }) => {
      await db
        .updateTable('writer')
        .set({ mark: lastSequence, lost, is_closed: Number(isClosed) })
        .where('id', '=', id)
        .execute()
    },

    readDelivery: async (runId) => {
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

    appendPoints: async (run, series, source = ONLY_SOURCE) =>
      await insertWaitingBatch(writer, run, { series, source }),

    listSummaries: async (runIds, names) => {
      const byRun = new Map<string, Map<string, Summary>>()
      const collect = (rows: readonly { run_id: string; name: string; summary: Uint8Array }[]): void => {
        for (const row of rows) {
          const ofRun = byRun.get(row.run_id) ?? new Map<string, Summary>()
          byRun.set(row.run_id, ofRun.set(row.name, unpackSummary(row.summary)))
        }
      }

      for (const some of splitForStatements(runIds)) {
        if (names)
          for (const piece of splitForStatements(names.toSorted())) collect(await summariesNamed(db, some, piece))
        else
          collect(
            await summarized(db)
              .select(['series.run_id', 'series.name', 'metric.summary'])
              .where('series.run_id', 'in', some)
              .orderBy('series.name')
              .execute(),
          )
      }

      return byRun
    },

    listCommonMetrics: async (runIds, limit) => {
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

    readPoints: async (runId, name, from, limit) => {
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

    readBuckets: async (runId, name, max) => {
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

/**
 * Reads the summaries of the metrics `names` of some runs. The numbers of the runs are read first, because a join would
 * visit every run that has the metric.
 */
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

/** Starts a query that joins series with their runs and their summaries. */
function summarized(db: Kysely<Tables>) {
  return db
    .selectFrom('series')
    .innerJoin('run', 'run.id', 'series.run_id')
    .innerJoin('metric', (join) =>
      join.onRef('metric.name', '=', 'series.name').onRef('metric.run_number', '=', 'run.number'),
    )
}

function slicePoints(
  rows: readonly { first_index: number; points: Uint8Array }[],
  from: number,
  limit: number,
): Float64Array {
  const numbers = rows.flatMap((row) => {
    const points = toFloat64(row.points)
    const start = Math.max(0, from - row.first_index)
    const end = Math.max(start, Math.min(points.length / POINT_WIDTH, from + limit - row.first_index))
    return [points.subarray(start * POINT_WIDTH, end * POINT_WIDTH)]
  })
  return concat(...numbers)
}
