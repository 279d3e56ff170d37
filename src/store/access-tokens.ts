import type { Kysely } from 'kysely'

import type { AccessTokenStore } from '../core/ports/access-token-store.ts'
import type { AccessToken } from '../core/records/access-token.ts'
import type { Tables } from './tables.ts'

/** Creates the store of access tokens for programs. It contains only the hashes of the tokens. */
export function createAccessTokenStore(db: Kysely<Tables>, now: () => number): AccessTokenStore {
  return {
    list: async () =>
      (await db.selectFrom('access_token').selectAll().orderBy('created_at').orderBy('id').execute()).map(toToken),

    findByHash: async (hash) => {
      const row = await db.selectFrom('access_token').selectAll().where('hash', '=', hash).executeTakeFirst()
      return row && toToken(row)
    },

    insert: async ({ id, name, hash }) => {
      const row = { id, name, hash, created_at: now(), last_used_at: null }
      await db.insertInto('access_token').values(row).execute()
      return toToken(row)
    },

    touch: async (id) =>
      void (await db.updateTable('access_token').set({ last_used_at: now() }).where('id', '=', id).execute()),

    remove: async (id) => {
      const { numDeletedRows } = await db.deleteFrom('access_token').where('id', '=', id).executeTakeFirstOrThrow()
      return Number(numDeletedRows) > 0
    },
  }
}

function toToken(row: Tables['access_token']): AccessToken {
  return { id: row.id, name: row.name, createdAt: row.created_at, lastUsedAt: row.last_used_at }
}
