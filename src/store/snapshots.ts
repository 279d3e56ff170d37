import type { Kysely } from 'kysely'

import type { SnapshotStore } from '../core/ports/snapshot-store.ts'
import type { SnapshotRecord } from '../core/records/snapshot.ts'
import type { Tables } from './tables.ts'

/** Creates the store of snapshots. */
export function createSnapshotStore(db: Kysely<Tables>, now: () => number): SnapshotStore {
  return {
    get: async (digest) => {
      const row = await db.selectFrom('snapshot').selectAll().where('digest', '=', digest).executeTakeFirst()
      return row && toSnapshot(row)
    },

    findLatest: async (projectId) => {
      const row = await db
        .selectFrom('run')
        .select('snapshot')
        .where('project_id', '=', projectId)
        .where('snapshot', 'is not', null)
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row?.snapshot ?? undefined
    },

    put: async ({ digest, files, sizeBytes }) => {
      await db
        .insertInto('snapshot')
        .values({ digest, files, size_bytes: sizeBytes, created_at: now() })
        // Resets `created_at` so that the janitor keeps the snapshot until the run being submitted refers to it.
        .onConflict((conflict) => conflict.column('digest').doUpdateSet({ created_at: now() }))
        .execute()
    },

    list: async (createdBefore, limit) => {
      const rows = await db
        .selectFrom('snapshot')
        .selectAll()
        .where('created_at', '<', createdBefore)
        .orderBy('created_at')
        .limit(limit)
        .execute()
      return rows.map(toSnapshot)
    },

    remove: async (digest) => {
      await db.deleteFrom('snapshot').where('digest', '=', digest).execute()
    },
  }
}

function toSnapshot(row: Tables['snapshot']): SnapshotRecord {
  return { digest: row.digest, files: row.files, sizeBytes: row.size_bytes, createdAt: row.created_at }
}
