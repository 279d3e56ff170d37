import type { ExpressionBuilder, Kysely } from 'kysely'

import { TERMINAL_RUN_PHASES } from '../contract/phases.ts'
import type { RunTrashStore } from '../core/ports/run-trash-store.ts'
import { toDeletionUpdate } from './deletion.ts'
import { selectUnstartedDerived } from './outputs.ts'
import { purgeSome } from './run-removal.ts'
import { toRun } from './run-rows.ts'
import type { SeriesCache } from './series.ts'
import type { Tables } from './tables.ts'

/**
 * Creates the store of runs in the trash, and their final removal. `cache` is the series cache of the connection that
 * writes.
 */
export function createRunTrashStore(db: Kysely<Tables>, now: () => number, cache: SeriesCache): RunTrashStore {
  return {
    setDeleted: async (which, change) => {
      const { value, operator, operand } = toDeletionUpdate(change)
      const update = db
        .updateTable('run')
        .set({ deleted_at: value })
        .where('purged_at', 'is', null)
        .where('deleted_at', operator, operand)

      const scoped =
        'id' in which
          ? update.where('id', '=', which.id)
          : 'sweepId' in which
            ? update.where('sweep_id', '=', which.sweepId)
            : update.where('project_id', '=', which.projectId)

      return (await scoped.returning('id').execute()).map((row) => row.id)
    },

    listPurgeable: async (deletedBefore, { after, limit }) => {
      const rows = await db
        .selectFrom('run')
        .selectAll()
        .where('number', '>', after)
        .where('deleted_at', 'is not', null)
        .where((on) => on.or([on('deleted_at', '<', deletedBefore), on('purged_at', 'is not', null)]))
        .where('phase', 'in', TERMINAL_RUN_PHASES)
        .where('is_collected', '=', 1)
        .where(
          'id',
          'not in',
          selectUnstartedDerived(db).select((on) => on.ref('derived.origin_id').$notNull().as('id')),
        )
        .orderBy('number')
        .limit(limit)
        .execute()

      return rows.map(toRun)
    },

    isNotPurged: async (id) => {
      const row = await db.selectFrom('run').select('purged_at').where('id', '=', id).executeTakeFirst()
      return row !== undefined && row.purged_at === null
    },

    beginPurge: async (id, deletedBefore) => {
      const isPurgeable = (on: ExpressionBuilder<Tables, 'run'>) =>
        on.or([on('purged_at', 'is not', null), on('deleted_at', '<', deletedBefore)])
      const result = await db
        .updateTable('run')
        .set((on) => ({ purged_at: on.fn.coalesce('purged_at', on.val(now())) }))
        .where('id', '=', id)
        .where(isPurgeable)
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },

    purgePart: async (run) => {
      // The cache must not keep series whose rows are deleted.
      cache.delete(run.id)
      return await purgeSome(db, run)
    },
  }
}
