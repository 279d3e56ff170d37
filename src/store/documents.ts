import type { Kysely } from 'kysely'

import type { DocumentStore } from '../core/ports/document-store.ts'
import type { SourceDocument } from '../core/records/document.ts'
import type { Tables } from './tables.ts'

/** Creates the store of documents. */
export function createDocumentStore(db: Kysely<Tables>): DocumentStore {
  return {
    get: async (digest) => {
      const row = await db.selectFrom('document').selectAll().where('digest', '=', digest).executeTakeFirst()
      return (
        row && {
          sources: JSON.parse(row.sources) as SourceDocument['sources'],
          params: JSON.parse(row.params) as SourceDocument['params'],
        }
      )
    },

    put: async (digest, { sources, params }) => {
      await db
        .insertInto('document')
        .values({ digest, sources: JSON.stringify(sources), params: JSON.stringify(params) })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
  }
}
