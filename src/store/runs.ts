import type { Kysely, Updateable } from 'kysely'

import type { RunPhase } from '../contract/phases.ts'
import type { RunPlan } from '../contract/plan.ts'
import type { Waiting } from '../contract/run.ts'
import { encodeValue } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import type { RunStore } from '../core/ports/run-store.ts'
import { phasesBefore } from '../core/run/state.ts'
import { takeNumbers } from './counters.ts'
import { toParamRows, toTagRows } from './filter-rows.ts'
import { splitForStatements } from './pieces.ts'
import { removeTags } from './run-removal.ts'
import {
  ACTIVE_PHASES,
  OPEN_PHASES,
  parseOrNull,
  toCodeColumns,
  toColumns,
  toNoteColumns,
  toRow,
  toRun,
  toRunOrNone,
} from './run-rows.ts'
import type { RunRow, Tables } from './tables.ts'

/** Creates the store of runs. */
export function createRunStore(db: Kysely<Tables>, now: () => number): RunStore {
  const putParams = async (number: number, params: ValueMap): Promise<void> => {
    for (const some of splitForStatements(toParamRows(number, params))) {
      await db
        .insertInto('run_param')
        .values(some)
        .onConflict((conflict) =>
          conflict
            .columns(['name', 'run_number'])
            .doUpdateSet((on) => ({ number: on.ref('excluded.number'), text: on.ref('excluded.text') })),
        )
        .execute()
    }
  }
  /**
   * Replaces the tags of a run. `before` lists its present tags: `run_tag` is ordered by tag, so rows are found by tag
   * and number, not by number alone.
   */
  const replaceTags = async (
    number: number,
    tags: readonly string[],
    before: readonly string[] = [],
  ): Promise<void> => {
    const rows = toTagRows(number, tags)
    const kept = new Set(rows.map((row) => row.tag))
    await removeTags(
      db,
      number,
      before.filter((tag) => !kept.has(tag)),
    )

    for (const some of splitForStatements(rows))
      await db
        .insertInto('run_tag')
        .values(some)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
  }

  return {
    get: async (id) => toRunOrNone(await db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst()),
    getByNumber: async (number) =>
      toRunOrNone(await db.selectFrom('run').selectAll().where('number', '=', number).executeTakeFirst()),

    listUnfinished: async () => {
      const rows = await db
        .selectFrom('run')
        .select('id')
        .where((on) => on.or([on('phase', 'in', OPEN_PHASES), on('is_collected', '=', 0)]))
        .execute()
      return rows.map((row) => row.id)
    },

    listQueued: async ({ limit, after, exceptSweeps }) => {
      const rows = await db
        .selectFrom('run')
        .leftJoin('environment', 'environment.hash', 'run.environment')
        .select([
          'id',
          'number',
          'sweep_id',
          'attempts',
          'plan_digest',
          'placement',
          'not_before',
          'waiting',
          'version',
          'needs_environment',
        ])
        .select('environment.state as environment_state')
        .where('phase', '=', 'queued')
        .where((on) =>
          on.or([
            on('environment.state', 'is', null),
            on('environment.state', '!=', 'building'),
            on('environment.build_run_id', '=', on.ref('run.id')),
          ]),
        )
        .where('number', '>', after)
        .$if(exceptSweeps.length > 0, (query) =>
          query.where((on) => on.or([on('sweep_id', 'is', null), on('sweep_id', 'not in', exceptSweeps)])),
        )
        .orderBy('number')
        .limit(limit)
        .execute()

      return rows.map((row) => ({
        id: row.id,
        number: row.number,
        sweepId: row.sweep_id,
        attempts: row.attempts,
        planDigest: row.plan_digest,
        placement: JSON.parse(row.placement) as RunPlan['placement'],
        notBefore: row.not_before,
        waiting: parseOrNull<Waiting>(row.waiting),
        lacksEnvironment: row.needs_environment === 1 && row.environment_state !== 'ready',
        version: row.version,
      }))
    },

    listActive: async () => {
      const rows = await db
        .selectFrom('run')
        .innerJoin('attempt', (join) =>
          join.onRef('attempt.run_id', '=', 'run.id').onRef('attempt.n', '=', 'run.attempts'),
        )
        .select([
          'run.id',
          'run.number',
          'run.sweep_id',
          'run.placement',
          'attempt.devices',
          'attempt.name',
          'attempt.id as attempt_id',
        ])
        .where('run.phase', 'in', ACTIVE_PHASES)
        .where('run.is_executed', '=', 1)
        .execute()

      return rows.map((row) => ({
        id: row.id,
        number: row.number,
        attempt: { id: row.attempt_id, runId: row.id, name: row.name },
        sweepId: row.sweep_id,
        placement: JSON.parse(row.placement) as RunPlan['placement'],
        devices: JSON.parse(row.devices) as string[],
      }))
    },

    insert: async (runs) => {
      const first = await takeNumbers(db, runs.length)
      const rows = runs.map((run, index) => toRow(run, first + index, now()))
      for (const some of splitForStatements(rows)) await db.insertInto('run').values(some).execute()
      for (const [index, row] of rows.entries()) {
        await putParams(row.number, runs[index]!.plan.params)
        await replaceTags(row.number, JSON.parse(row.tags) as string[])
      }
      return rows.map(toRun)
    },

    transition: async ({ id, version }, phase, patch = {}) => {
      const result = await db
        .updateTable('run')
        .set({ phase, version: version + 1, ...toColumns(patch) })
        .where('id', '=', id)
        .where('version', '=', version)
        .where('phase', 'in', phasesBefore(phase))
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },

    clearTrialIndexes: async (ids) => {
      if (ids.length > 0)
        await db
          .updateTable('run')
          .set({ trial_index: null })
          .where('id', 'in', ids)
          .where('phase', '=', 'failed')
          .execute()
    },

    changeCode: async (sweepId, { snapshot, host }) => {
      await db
        .updateTable('run')
        .set((on) => ({ ...toCodeColumns({ snapshot, host }), environment: null, version: on('version', '+', 1) }))
        .where('sweep_id', '=', sweepId)
        .where('phase', 'in', ['created', 'queued'] satisfies RunPhase[])
        .where('attempts', '=', 0)
        .execute()
    },

    annotate: async ({ id, number }, { params, tags, ...patch }) => {
      const columns: Updateable<RunRow> = {
        ...toColumns(patch),
        ...toNoteColumns(patch),
        ...(params && { params: encodeValue(params) }),
        ...(tags && { tags: JSON.stringify(tags) }),
      }
      if (Object.keys(columns).length === 0) return

      const before = tags && (await db.selectFrom('run').select('tags').where('id', '=', id).executeTakeFirst())
      await db.updateTable('run').set(columns).where('id', '=', id).execute()
      if (params) await putParams(number, params)
      if (tags) await replaceTags(number, tags, before && (JSON.parse(before.tags) as string[]))
    },
  }
}
