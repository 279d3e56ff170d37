import type { Kysely } from 'kysely'

import type { MaintenanceStore } from '../core/ports/maintenance-store.ts'
import type { Tables } from './tables.ts'

/** Creates the store of clean-up times. */
export function createMaintenanceStore(db: Kysely<Tables>): MaintenanceStore {
  return {
    getTime: async (name) =>
      (await db.selectFrom('counter').select('value').where('name', '=', name).executeTakeFirst())?.value ?? 0,

    setTime: async (name, at) => {
      await db
        .insertInto('counter')
        .values({ name, value: at })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: at }))
        .execute()
    },
  }
}
