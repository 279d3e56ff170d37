import type { Kysely, Updateable } from 'kysely'

import type { ReasonCode } from '../contract/messages/messages.ts'
import type { SweepPlan } from '../contract/plan.ts'
import type { HostInfo } from '../contract/run.ts'
import type { SweepPhase } from '../contract/sweep.ts'
import { decodeValue, encodeValue } from '../contract/values.ts'
import type { StopCause, Sweep, SweepStore } from '../core/ports.ts'
import { takeNumbers } from './counters.ts'
import type { SweepRow, Tables } from './tables.ts'

export function createSweepStore(db: Kysely<Tables>, now: () => number): SweepStore {
  return {
    get: async (id) => toSweepOrNone(await db.selectFrom('sweep').selectAll().where('id', '=', id).executeTakeFirst()),
    getByNumber: async (number) => toSweepOrNone(await db.selectFrom('sweep').selectAll().where('number', '=', number).executeTakeFirst()),
    list: async ({ limit, before }) => {
      let query = db.selectFrom('sweep').selectAll().orderBy('number', 'desc').limit(limit)
      if (before !== undefined) query = query.where('number', '<', before)
      return (await query.execute()).map(toSweep)
    },
    listUnfinished: async () => {
      const rows = await db
        .selectFrom('sweep')
        .select('id')
        .where('phase', 'in', ['running', 'stopping'] satisfies SweepPhase[])
        .execute()
      return rows.map((row) => row.id)
    },
    concurrencies: async (ids) => {
      if (ids.length === 0) return new Map()
      const rows = await db.selectFrom('sweep').select(['id', 'concurrency']).where('id', 'in', ids).execute()
      return new Map(rows.map((row) => [row.id, row.concurrency]))
    },
    insert: async (sweep) => {
      const row: SweepRow = {
        id: sweep.id,
        number: await takeNumbers(db, 1),
        plan: encodeValue(sweep.plan),
        plan_digest: sweep.planDigest,
        seed: sweep.seed,
        concurrency: sweep.plan.concurrency,
        phase: 'running',
        reason: null,
        stop_cause: null,
        trials_created: 0,
        host: JSON.stringify(sweep.host),
        created_at: now(),
        ended_at: null,
        version: 1,
      }
      await db.insertInto('sweep').values(row).execute()
      return toSweep(row)
    },
    update: async ({ id, version }, patch) => {
      const columns: Updateable<SweepRow> = { version: version + 1 }
      if (patch.phase !== undefined) columns.phase = patch.phase
      if (patch.reason !== undefined) columns.reason = patch.reason
      if (patch.stopCause !== undefined) columns.stop_cause = patch.stopCause
      if (patch.trialsCreated !== undefined) columns.trials_created = patch.trialsCreated
      if (patch.endedAt !== undefined) columns.ended_at = patch.endedAt
      const result = await db.updateTable('sweep').set(columns).where('id', '=', id).where('version', '=', version).executeTakeFirst()
      return result.numUpdatedRows === 1n
    },
  }
}

function toSweepOrNone(row: SweepRow | undefined): Sweep | undefined {
  return row && toSweep(row)
}

function toSweep(row: SweepRow): Sweep {
  return {
    id: row.id,
    number: row.number,
    plan: decodeValue(row.plan) as SweepPlan,
    planDigest: row.plan_digest,
    seed: row.seed,
    phase: row.phase as SweepPhase,
    reason: row.reason as ReasonCode | null,
    stopCause: row.stop_cause as StopCause | null,
    trialsCreated: row.trials_created,
    host: JSON.parse(row.host) as HostInfo,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    version: row.version,
  }
}
