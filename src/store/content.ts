import type { Kysely } from 'kysely'

import type { ContentStore } from '../core/ports/content-store.ts'
import type { SourceDocument } from '../core/records/document.ts'
import type { SnapshotRecord } from '../core/records/snapshot.ts'
import type { Tables } from './tables.ts'

/**
 * Creates the store of documents and snapshots by digest, of ids with the digest of the request that first used them,
 * and of times kept under a name.
 */
export function createContentStore(db: Kysely<Tables>, now: () => number): ContentStore {
  return {
    document: async (digest) => {
      const row = await db.selectFrom('document').selectAll().where('digest', '=', digest).executeTakeFirst()
      return (
        row && {
          sources: JSON.parse(row.sources) as SourceDocument['sources'],
          params: JSON.parse(row.params) as SourceDocument['params'],
        }
      )
    },

    putDocument: async (digest, { sources, params }) => {
      await db
        .insertInto('document')
        .values({ digest, sources: JSON.stringify(sources), params: JSON.stringify(params) })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },

    snapshot: async (digest) => {
      const row = await db.selectFrom('snapshot').selectAll().where('digest', '=', digest).executeTakeFirst()
      return row && toSnapshot(row)
    },

    latestSnapshot: async (projectId) => {
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

    putSnapshot: async ({ digest, files, sizeBytes }) => {
      await db
        .insertInto('snapshot')
        .values({ digest, files, size_bytes: sizeBytes, created_at: now() })
        // Resets `created_at` so that the janitor keeps the snapshot until the run being submitted refers to it.
        .onConflict((conflict) => conflict.column('digest').doUpdateSet({ created_at: now() }))
        .execute()
    },

    listSnapshots: async (createdBefore, limit) => {
      const rows = await db
        .selectFrom('snapshot')
        .selectAll()
        .where('created_at', '<', createdBefore)
        .orderBy('created_at')
        .limit(limit)
        .execute()
      return rows.map(toSnapshot)
    },

    removeSnapshot: async (digest) => {
      await db.deleteFrom('snapshot').where('digest', '=', digest).execute()
    },

    creation: async (id) =>
      (await db.selectFrom('creation').select('digest').where('id', '=', id).executeTakeFirst())?.digest,

    putCreation: async (id, digest) => {
      await db.insertInto('creation').values({ id, digest, created_at: now() }).execute()
    },

    pruneCreations: async (before) => {
      await db.deleteFrom('creation').where('created_at', '<', before).execute()
    },

    mark: async (name) =>
      (await db.selectFrom('counter').select('value').where('name', '=', name).executeTakeFirst())?.value ?? 0,

    setMark: async (name, at) => {
      await db
        .insertInto('counter')
        .values({ name, value: at })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: at }))
        .execute()
    },
  }
}

function toSnapshot(row: Tables['snapshot']): SnapshotRecord {
  return { digest: row.digest, files: row.files, sizeBytes: row.size_bytes, createdAt: row.created_at }
}
