import { sql } from 'kysely'
import type { Kysely, RawBuilder, SqlBool } from 'kysely'

import type { Actor, EventKind } from '../contract/events.ts'
import type { ProjectScope } from '../core/access/caller.ts'
import type { EventStore } from '../core/ports/event-store.ts'
import { inProjects } from './project-scope.ts'
import { splitForStatements } from './pieces.ts'
import type { Tables } from './tables.ts'

/** Creates the store of events. Events are numbered in commit order, because only one connection writes. */
export function createEventStore(db: Kysely<Tables>, now: () => number): EventStore {
  return {
    append: async (events) => {
      const rows = events.map((event) => ({
        at: now(),
        kind: event.kind,
        actor: event.actor,
        run_id: event.runId ?? null,
        sweep_id: event.sweepId ?? null,
        data: JSON.stringify(event.data ?? {}),
      }))
      for (const some of splitForStatements(rows)) await db.insertInto('event').values(some).execute()
    },

    listAfter: async (seq, limit, { projects, ...about }) => {
      let query = db.selectFrom('event').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit)
      if (about.runId !== undefined) query = query.where('run_id', '=', about.runId)
      if (projects !== 'all') query = query.where(isOfProjects(projects))
      if (about.sweepId !== undefined) query = query.where('sweep_id', '=', about.sweepId)

      return (await query.execute()).map((row) => ({
        seq: row.seq,
        at: row.at,
        kind: row.kind as EventKind,
        actor: row.actor as Actor,
        data: JSON.parse(row.data) as Record<string, unknown>,
        ...(row.run_id !== null && { runId: row.run_id }),
        ...(row.sweep_id !== null && { sweepId: row.sweep_id }),
      }))
    },

    findLatestSeq: async () => {
      const row = await db.selectFrom('event').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst()
      return row?.seq ?? 0
    },
  }
}

/** Returns the condition that an event belongs to a run or a sweep in the scope. */
function isOfProjects(projects: ProjectScope): RawBuilder<SqlBool> {
  return sql<SqlBool>`(run_id in (select id from run where ${inProjects('project_id', projects)})
    or sweep_id in (select id from sweep where ${inProjects('project_id', projects)}))`
}
