import type { Kysely } from 'kysely'

import type { RunReferenceStore } from '../core/ports/run-reference-store.ts'
import { splitForStatements } from './pieces.ts'
import { OPEN_PHASES } from './run-rows.ts'
import type { Tables } from './tables.ts'

/** Creates the store of which runs need which snapshots and environments. */
export function createRunReferenceStore(db: Kysely<Tables>): RunReferenceStore {
  return {
    findReferenced: async (column, values) => {
      const named = new Set<string>()
      for (const table of column === 'environment' ? (['run'] as const) : (['run', 'sweep'] as const))
        for (const some of splitForStatements(values)) {
          const query = db
            .selectFrom(table)
            .select(column as 'snapshot')
            .distinct()
          for (const row of await query.where(column as 'snapshot', 'in', some).execute())
            named.add(Object.values(row)[0] as string)
        }
      return named
    },

    hasUnfinishedRun: async (environment) => {
      const row = await db
        .selectFrom('run')
        .select('id')
        .where('environment', '=', environment)
        .where('phase', 'in', OPEN_PHASES)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    listWaitingFor: async (environment) => {
      const rows = await db
        .selectFrom('run')
        .select('id')
        .where('environment', '=', environment)
        .where('phase', '=', 'queued')
        .execute()
      return rows.map((row) => row.id)
    },
  }
}
