import type { ExpressionBuilder, Kysely, Updateable } from 'kysely'

import type { RunPlan } from '../contract/plan.ts'
import type { Waiting } from '../contract/run.ts'
import { TERMINAL_RUN_PHASES } from '../contract/phases.ts'
import type { RunPhase } from '../contract/phases.ts'
import { encodeValue } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import type { RunStore } from '../core/ports/run-store.ts'
import type { RunRow, Tables } from './tables.ts'
import { phasesBefore } from '../core/run/state.ts'
import { takeNumbers } from './counters.ts'
import { toParamRows, toTagRows } from './filter-rows.ts'
import { selectUnstartedCopies } from './outputs.ts'
import { splitForStatements } from './pieces.ts'
import { purgeSome, removeTags } from './run-removal.ts'
import type { SeriesCache } from './series.ts'
import {
  ACTIVE_PHASES,
  AT_RUNG,
  OPEN_PHASES,
  parseOrNull,
  toCodeColumns,
  toColumns,
  toNoteColumns,
  toRow,
  toRun,
  toRunOrNone,
} from './run-rows.ts'

// Phases in which a request to pause can be withdrawn: no process has been signalled yet.
const PAUSE_WITHDRAWABLE_PHASES: readonly RunPhase[] = ['queued', 'starting', 'running']

/** Creates the store of runs. `cache` is the series cache of the connection that writes. */
export function createRunStore(db: Kysely<Tables>, now: () => number, cache: SeriesCache): RunStore {
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
        isUnprepared: row.needs_environment === 1 && row.environment_state !== 'ready',
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

    requestStop: async (which, cause) => {
      const update = db
        .updateTable('run')
        .set((on) => ({ stop_cause: cause, version: on('version', '+', 1) }))
        .where('phase', 'in', cause === 'pause' ? OPEN_PHASES.filter((phase) => phase !== 'paused') : OPEN_PHASES)
        // A stop replaces a request to pause that has not been carried out.
        .where((on) =>
          on.or([on('stop_cause', 'is', null), ...(cause === 'pause' ? [] : [on('stop_cause', '=', 'pause')])]),
        )

      const rows = await (
        'id' in which ? update.where('id', '=', which.id) : update.where('sweep_id', '=', which.sweepId)
      )
        .returning('id')
        .execute()

      return rows.map((row) => row.id)
    },

    unpause: async (which) => {
      const update = db
        .updateTable('run')
        .set((on) => ({
          phase: on.case().when('phase', '=', 'paused').then('queued').else(on.ref('phase')).end(),
          stop_cause: null,
          not_before: null,
          version: on('version', '+', 1),
        }))
        .where((on) =>
          on.or([
            // A trial that is paused at a rung stays paused until it is promoted.
            on.and([
              on('phase', '=', 'paused'),
              on('stop_cause', 'is', null),
              on.or([on('waiting', 'is', null), on('waiting', 'not like', AT_RUNG)]),
            ]),
            on.and([on('phase', 'in', PAUSE_WITHDRAWABLE_PHASES), on('stop_cause', '=', 'pause')]),
          ]),
        )

      const rows = await (
        'id' in which ? update.where('id', '=', which.id) : update.where('sweep_id', '=', which.sweepId)
      )
        .returning('id')
        .execute()

      return rows.map((row) => row.id)
    },

    removeFromTrials: async (ids) => {
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

    setDeleted: async (which, change) => {
      const base = db.updateTable('run').where('purged_at', 'is', null)
      const update =
        'deletedAt' in change
          ? base.set({ deleted_at: change.deletedAt }).where('deleted_at', 'is', null)
          : base
              .set({ deleted_at: null })
              .where('deleted_at', change.onlyDeletedAt === undefined ? 'is not' : '=', change.onlyDeletedAt ?? null)

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
          selectUnstartedCopies(db).select((on) => on.ref('copy.origin_id').$notNull().as('id')),
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
