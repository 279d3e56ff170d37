import type { Kysely } from 'kysely'

import type { EventStore } from '../core/ports.ts'
import type { Tables } from './tables.ts'

/** The numbered history. Numbers rise in commit order, since one connection writes. */
export function createEventStore(db: Kysely<Tables>, now: () => number): EventStore {
  return {
    append: async (events) => {
      if (events.length === 0) return
      const rows = events.map((event) => ({
        at: now(),
        kind: event.kind,
        actor: event.actor,
        run_id: event.runId ?? null,
        sweep_id: event.sweepId ?? null,
        data: JSON.stringify(event.data ?? {}),
      }))
      await db.insertInto('event').values(rows).execute()
    },
  }
}
