import type { Kysely } from 'kysely'

import type { AttemptState, Ending } from '../contract/run.ts'
import type { AttemptStore } from '../core/ports/attempt-store.ts'
import type { Attempt } from '../core/records/attempt.ts'
import { splitForStatements } from './pieces.ts'
import { parseOrNull } from './run-rows.ts'
import type { AttemptRow, Tables } from './tables.ts'

/** Creates the store of attempts. */
export function createAttemptStore(db: Kysely<Tables>, now: () => number): AttemptStore {
  return {
    get: async (runId, n) => {
      const row = await db
        .selectFrom('attempt')
        .selectAll()
        .where('run_id', '=', runId)
        .where('n', '=', n)
        .executeTakeFirst()
      return row && toAttempt(row)
    },

    find: async (id) => {
      const row = await db.selectFrom('attempt').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toAttempt(row)
    },

    findLatest: async (runId) => {
      const row = await db
        .selectFrom('attempt')
        .selectAll()
        .where('run_id', '=', runId)
        .orderBy('n', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row && toAttempt(row)
    },

    list: async (runId) =>
      (await db.selectFrom('attempt').selectAll().where('run_id', '=', runId).orderBy('n').execute()).map(toAttempt),

    insert: async (attempts) => {
      const rows = attempts.map((attempt): AttemptRow => ({
        id: attempt.id,
        run_id: attempt.runId,
        n: attempt.n,
        name: attempt.name,
        state: 'intent',
        plan_digest: attempt.planDigest,
        devices: JSON.stringify(attempt.devices),
        outputs_path: null,
        ending: null,
        created_at: now(),
        started_at: null,
        ended_at: null,
      }))

      for (const some of splitForStatements(rows)) await db.insertInto('attempt').values(some).execute()
    },

    markLaunched: async (id, { startedAt, outputsPath }) => {
      await db
        .updateTable('attempt')
        .set({ state: 'launched', started_at: startedAt, outputs_path: outputsPath })
        .where('id', '=', id)
        .where('state', '=', 'intent')
        .execute()
    },

    markEnded: async (id, ending, endedAt) => {
      await db
        .updateTable('attempt')
        .set({ state: 'ended', ending: JSON.stringify(ending), ended_at: endedAt })
        .where('id', '=', id)
        .execute()
    },

    readSweepTimes: async (sweepId) => {
      const row = await db
        .selectFrom('attempt')
        .innerJoin('run', 'run.id', 'attempt.run_id')
        .select((on) => [
          on.fn.sum<number | null>(on('attempt.ended_at', '-', on.ref('attempt.started_at'))).as('run_ms'),
          on.fn.max('attempt.ended_at').as('last_ended_at'),
        ])
        .where('run.sweep_id', '=', sweepId)
        .where('attempt.ended_at', 'is not', null)
        .where('attempt.started_at', 'is not', null)
        .executeTakeFirstOrThrow()

      return { runSeconds: Number(row.run_ms ?? 0) / 1000, lastEndedAt: row.last_ended_at }
    },
  }
}

function toAttempt(row: AttemptRow): Attempt {
  return {
    id: row.id,
    runId: row.run_id,
    n: row.n,
    name: row.name,
    state: row.state as AttemptState,
    planDigest: row.plan_digest,
    devices: JSON.parse(row.devices) as string[],
    outputsPath: row.outputs_path,
    ending: parseOrNull<Ending>(row.ending),
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }
}
