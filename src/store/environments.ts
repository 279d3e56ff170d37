import type { Kysely } from 'kysely'

import type { EnvironmentStore } from '../core/ports/environment-store.ts'
import type { EnvironmentRecord, EnvironmentState } from '../core/records/environment.ts'
import type { EnvironmentRow, Tables } from './tables.ts'

/**
 * Creates the store of environments by hash. The row of an environment serves as the lock that prevents a second build
 * of the environment.
 */
export function createEnvironmentStore(db: Kysely<Tables>, now: () => number): EnvironmentStore {
  return {
    get: async (hash) =>
      toRecordOrNone(await db.selectFrom('environment').selectAll().where('hash', '=', hash).executeTakeFirst()),

    getByBuild: async (runId) =>
      toRecordOrNone(
        await db.selectFrom('environment').selectAll().where('build_run_id', '=', runId).executeTakeFirst(),
      ),

    list: async () => (await db.selectFrom('environment').selectAll().orderBy('created_at').execute()).map(toRecord),

    putBuilding: async ({ hash, buildRunId, python }) => {
      const fields = { state: 'building', build_run_id: buildRunId, python, last_used_at: now() }
      await db
        .insertInto('environment')
        .values({ hash, packages: null, created_at: now(), ...fields })
        .onConflict((conflict) => conflict.column('hash').doUpdateSet(fields))
        .execute()
    },

    update: async (hash, { state, packages, lastUsedAt }) => {
      const columns = {
        ...(state !== undefined && { state }),
        ...(packages !== undefined && { packages }),
        ...(lastUsedAt !== undefined && { last_used_at: lastUsedAt }),
      }
      await db.updateTable('environment').set(columns).where('hash', '=', hash).execute()
    },
  }
}

function toRecordOrNone(row: EnvironmentRow | undefined): EnvironmentRecord | undefined {
  return row && toRecord(row)
}

function toRecord(row: EnvironmentRow): EnvironmentRecord {
  return {
    hash: row.hash,
    state: row.state as EnvironmentState,
    buildRunId: row.build_run_id,
    python: row.python,
    packages: row.packages,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }
}
