import type { Kysely } from 'kysely'

import type { RequestStore } from '../core/ports/request-store.ts'
import type { Tables } from './tables.ts'

/** Creates the store of request ids. */
export function createRequestStore(db: Kysely<Tables>, now: () => number): RequestStore {
  return {
    findDigest: async (id) =>
      (await db.selectFrom('creation').select('digest').where('id', '=', id).executeTakeFirst())?.digest,

    insert: async (id, digest) => {
      await db.insertInto('creation').values({ id, digest, created_at: now() }).execute()
    },

    prune: async (before) => {
      await db.deleteFrom('creation').where('created_at', '<', before).execute()
    },
  }
}
