import type { Kysely } from 'kysely'

import { decodeValue } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import type { Run } from '../core/records.ts'
import { toParamRows } from './facts.ts'
import type { Tables } from './tables.ts'

// Bounds one transaction of a removal, so that nobody waits for it.
const PURGED_CHUNKS = 1_000

/** One table after another, the largest in pieces; the run's own row last, so that a removal cut short goes on. */
export async function purgeSome(db: Kysely<Tables>, { id, number }: Pick<Run, 'id' | 'number'>): Promise<boolean> {
  const series = await db.selectFrom('series').select(['id', 'name']).where('run_id', '=', id).execute()
  const seriesIds = series.map((row) => row.id)
  if (seriesIds.length > 0) {
    const chunks = await db.selectFrom('chunk').select(['series_id', 'n']).where('series_id', 'in', seriesIds).limit(PURGED_CHUNKS).execute()
    for (const chunk of chunks) await db.deleteFrom('chunk').where('series_id', '=', chunk.series_id).where('n', '=', chunk.n).execute()
    if (chunks.length > 0) return false
    const names = series.map((row) => row.name)
    await db.deleteFrom('metric').where('name', 'in', names).where('run_number', '=', number).execute()
    await db.deleteFrom('series').where('run_id', '=', id).execute()
  }
  const params = await db.selectFrom('run').select(['params', 'tags']).where('id', '=', id).executeTakeFirst()
  if (!params) return true
  const names = toParamRows(number, decodeValue(params.params) as ValueMap).map((row) => row.name)
  if (names.length > 0) await db.deleteFrom('run_param').where('name', 'in', names).where('run_number', '=', number).execute()
  const tags = JSON.parse(params.tags) as string[]
  if (tags.length > 0) await db.deleteFrom('run_tag').where('tag', 'in', tags).where('run_number', '=', number).execute()
  for (const table of ['writer', 'artifact', 'attempt', 'event'] as const) await db.deleteFrom(table).where('run_id', '=', id).execute()
  await db.deleteFrom('run').where('id', '=', id).execute()
  return true
}
