import type { Kysely } from 'kysely'

import { decodeValue } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import type { Run } from '../core/records/run.ts'
import { toParamNames, toTagRows } from './filter-rows.ts'
import { splitForStatements } from './pieces.ts'
import type { Tables } from './tables.ts'

// Limits for one transaction of a removal, so that other writes wait only briefly.
const PURGED_CHUNKS = 1_000
const PURGED_SERIES = 500

/**
 * Removes a bounded part of a run's rows, series first and the run's own row last, so that a later call can continue
 * after an interruption. Returns true once no row of the run is left.
 */
export async function purgeSome(db: Kysely<Tables>, { id, number }: Pick<Run, 'id' | 'number'>): Promise<boolean> {
  const series = await db
    .selectFrom('series')
    .select(['id', 'name'])
    .where('run_id', '=', id)
    .orderBy('id')
    .limit(PURGED_SERIES)
    .execute()
  if (series.length > 0) {
    await purgeSeries(db, number, series)
    return false
  }

  const row = await db.selectFrom('run').select(['params', 'tags']).where('id', '=', id).executeTakeFirst()
  if (!row) return true

  for (const names of splitForStatements(toParamNames(decodeValue(row.params) as ValueMap)))
    await db.deleteFrom('run_param').where('name', 'in', names).where('run_number', '=', number).execute()
  await removeTags(db, number, JSON.parse(row.tags) as string[])
  for (const table of ['writer', 'artifact', 'attempt', 'event'] as const)
    await db.deleteFrom(table).where('run_id', '=', id).execute()

  await db.deleteFrom('run').where('id', '=', id).execute()
  return true
}

/**
 * Removes up to `PURGED_CHUNKS` chunks of some series. Also removes the series and their summaries once no chunk is
 * left.
 */
async function purgeSeries(
  db: Kysely<Tables>,
  runNumber: number,
  series: readonly { id: number; name: string }[],
): Promise<void> {
  const ids = series.map((row) => row.id)
  const chunks = db
    .selectFrom('chunk')
    .select(['series_id', 'n'])
    .where('series_id', 'in', ids)
    .orderBy('series_id')
    .orderBy('n')

  const last = await chunks.limit(1).offset(PURGED_CHUNKS).executeTakeFirst()
  const deletion = db.deleteFrom('chunk').where('series_id', 'in', ids)
  if (last) {
    const before = deletion.where((on) =>
      on.or([
        on('series_id', '<', last.series_id),
        on.and([on('series_id', '=', last.series_id), on('n', '<', last.n)]),
      ]),
    )
    await before.execute()
    return
  }

  await deletion.execute()
  const names = series.map((row) => row.name)
  await db.deleteFrom('metric').where('name', 'in', names).where('run_number', '=', runNumber).execute()
  await db.deleteFrom('series').where('id', 'in', ids).execute()
}

/** Removes tags of a run from the table that filters read. */
export async function removeTags(db: Kysely<Tables>, runNumber: number, tags: readonly string[]): Promise<void> {
  for (const group of splitForStatements(toTagRows(runNumber, tags).map((row) => row.tag)))
    await db.deleteFrom('run_tag').where('tag', 'in', group).where('run_number', '=', runNumber).execute()
}
