import type { ExpressionBuilder, Kysely } from 'kysely'

import type { ArtifactView } from '../contract/tracking.ts'
import type { OutputRecordStore } from '../core/ports/output-record-store.ts'
import { splitForStatements } from './pieces.ts'
import { OPEN_PHASES } from './run-rows.ts'
import type { Tables } from './tables.ts'

/**
 * Starts a query for the runs, named `derived`, that have not started yet and will copy another run's outputs or
 * continue in them.
 */
export function selectUnstartedDerived(db: Kysely<Tables>) {
  return db
    .selectFrom('run as derived')
    .where('derived.origin_kind', 'in', ['copies', 'resumes'])
    .where('derived.origin_id', 'is not', null)
    .where('derived.phase', 'in', OPEN_PHASES)
    .where('derived.started_at', 'is', null)
}

/** Creates the store of the records of output files, and of queries about the runs that use the same outputs. */
export function createOutputRecordStore(db: Kysely<Tables>): OutputRecordStore {
  return {
    list: async (runId) => {
      const rows = await db.selectFrom('artifact').selectAll().where('run_id', '=', runId).orderBy('path').execute()
      return rows.map((row): ArtifactView => ({
        path: row.path,
        sizeBytes: row.size_bytes,
        sha256: row.sha256,
        kind: row.kind as ArtifactView['kind'],
        attempt: row.attempt,
      }))
    },

    put: async (runId, files) => {
      // One statement may not change a row twice, so only the last of several files with the same path is stored.
      const rows = [...new Map(files.map((item) => [item.path, item])).values()].map((item) => ({
        run_id: runId,
        attempt: item.attempt,
        path: item.path,
        kind: item.kind,
        size_bytes: item.sizeBytes,
        sha256: item.sha256,
      }))

      for (const some of splitForStatements(rows)) {
        await db
          .insertInto('artifact')
          .values(some)
          .onConflict((conflict) =>
            conflict
              .columns(['run_id', 'path'])
              .doUpdateSet((on) => ({
                attempt: on.ref('excluded.attempt'),
                size_bytes: on.ref('excluded.size_bytes'),
                sha256: on.ref('excluded.sha256'),
              }))
              // Tracking records of an earlier attempt may arrive after those of a later one.
              .where((on) => on('excluded.attempt', '>=', on.ref('artifact.attempt'))),
          )
          .execute()
      }
    },

    readClaims: async ({ id, outputsOwnerNumber }) => {
      const writesToThem = (on: ExpressionBuilder<Tables, 'run'>) =>
        on.or([on('outputs_of', '=', outputsOwnerNumber), on('number', '=', outputsOwnerNumber)])

      const openWriter = await db
        .selectFrom('run')
        .select('number')
        .where(writesToThem)
        .where('phase', 'in', OPEN_PHASES)
        .limit(1)
        .executeTakeFirst()
      const otherWriter = await db
        .selectFrom('run')
        .select('id')
        .where(writesToThem)
        .where('id', '!=', id)
        .limit(1)
        .executeTakeFirst()
      const derived = await selectUnstartedDerived(db)
        .select('derived.id')
        // Any run of a chain may be the one through which a later run finds the outputs.
        .where((on) =>
          on.or([
            on('derived.origin_id', '=', id),
            on.and([on('derived.origin_kind', '=', 'resumes'), on('derived.outputs_of', '=', outputsOwnerNumber)]),
          ]),
        )
        .limit(1)
        .executeTakeFirst()

      return {
        openWriter: openWriter?.number ?? null,
        hasOtherWriters: otherWriter !== undefined,
        isNeededAtStart: derived !== undefined,
      }
    },
  }
}
