import type { Kysely } from 'kysely'

import { savedViewDefinition } from '../contract/project.ts'
import type { SavedViewStore } from '../core/ports/saved-view-store.ts'
import type { Tables } from './tables.ts'

/** Creates the store of the saved views of projects. */
export function createSavedViewStore(db: Kysely<Tables>, now: () => number): SavedViewStore {
  return {
    listViews: async (projectId) => {
      const rows = await db
        .selectFrom('saved_view')
        .selectAll()
        .where('project_id', '=', projectId)
        .orderBy('name')
        .execute()
      return rows.map((row) => ({
        name: row.name,
        createdAt: row.created_at,
        ...savedViewDefinition.parse(JSON.parse(row.definition)),
      }))
    },

    putView: async (projectId, name, definition) => {
      const text = JSON.stringify(definition)
      await db
        .insertInto('saved_view')
        .values({ project_id: projectId, name, definition: text, created_at: now() })
        .onConflict((conflict) => conflict.columns(['project_id', 'name']).doUpdateSet({ definition: text }))
        .execute()
    },

    removeView: async (projectId, name) => {
      const result = await db
        .deleteFrom('saved_view')
        .where('project_id', '=', projectId)
        .where('name', '=', name)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}
