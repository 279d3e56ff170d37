import { sql } from 'kysely'
import type { Kysely, Updateable } from 'kysely'

import type { ReasonCode } from '../contract/messages/messages.ts'
import type { SweepPhase } from '../contract/phases.ts'
import type { SweepPlan } from '../contract/plan.ts'
import { DEFAULT_PROJECT } from '../contract/project.ts'
import type { HostInfo } from '../contract/run.ts'
import { decodeValue, encodeValue } from '../contract/values.ts'
import type { SweepLimit, SweepStore } from '../core/ports/sweep-store.ts'
import type { StopCause } from '../core/records/run.ts'
import type { Sweep, SweepFailure } from '../core/records/sweep.ts'
import type { EarlierTrial } from '../core/search/history.ts'
import { toDeletionUpdate } from './deletion.ts'
import { takeNumbers } from './counters.ts'
import { splitForStatements } from './pieces.ts'
import { inProjects } from './project-scope.ts'
import { containsText } from './run-filter.ts'
import type { SweepRow, Tables } from './tables.ts'

/** Creates the store of sweeps. Their points and results are in `sweep-history.ts`. */
export function createSweepStore(db: Kysely<Tables>, now: () => number): SweepStore {
  return {
    get: async (id) => toSweepOrNone(await db.selectFrom('sweep').selectAll().where('id', '=', id).executeTakeFirst()),
    getByNumber: async (number) =>
      toSweepOrNone(await db.selectFrom('sweep').selectAll().where('number', '=', number).executeTakeFirst()),

    list: async ({ projects, limit, before, name, isDeleted = false }) => {
      let query = db
        .selectFrom('sweep')
        .selectAll()
        .where('deleted_at', isDeleted ? 'is not' : 'is', null)
        .where(inProjects('project_id', projects))
        .orderBy('number', 'desc')
        .limit(limit)

      if (before !== undefined) query = query.where('number', '<', before)
      if (name !== undefined) query = query.where(containsText(sql.ref('name'), name))

      return (await query.execute()).map(toSweep)
    },

    listUnfinished: async () => {
      const rows = await db
        .selectFrom('sweep')
        .select('id')
        .where('phase', 'in', ['running', 'stopping'] satisfies SweepPhase[])
        .execute()
      return rows.map((row) => row.id)
    },

    listLimits: async (ids) => {
      const limits = new Map<string, SweepLimit>()
      for (const some of splitForStatements(ids)) {
        const rows = await db
          .selectFrom('sweep')
          .select(['id', 'concurrency', 'is_paused'])
          .where('id', 'in', some)
          .execute()
        for (const row of rows) limits.set(row.id, { concurrency: row.concurrency, isPaused: row.is_paused === 1 })
      }
      return limits
    },

    insert: async (sweep) => {
      const row: SweepRow = {
        id: sweep.id,
        number: await takeNumbers(db, 1),
        plan: encodeValue(sweep.plan),
        plan_digest: sweep.planDigest,
        seed: sweep.seed,
        concurrency: sweep.plan.concurrency,
        budget: sweep.plan.method.trialsMax,
        earlier: sweep.earlierTrials && sweep.earlierTrials.length > 0 ? encodeValue(sweep.earlierTrials) : null,
        results: 0,
        phase: 'running',
        reason: null,
        stop_cause: null,
        trials_created: 0,
        host: JSON.stringify(sweep.host),
        created_at: now(),
        ended_at: null,
        version: 1,
        project_id: sweep.projectId ?? DEFAULT_PROJECT.id,
        name: sweep.plan.name,
        note: sweep.plan.description,
        tags: JSON.stringify(sweep.plan.tags),
        document_digest: sweep.documentDigest ?? null,
        snapshot: sweep.snapshot ?? null,
        is_paused: 0,
        failure: null,
        judged_from: 0,
        deleted_at: null,
        purged_at: null,
      }

      await db.insertInto('sweep').values(row).execute()
      return toSweep(row)
    },

    update: async ({ id, version }, patch) => {
      const columns: Updateable<SweepRow> = { version: version + 1 }

      if (patch.phase !== undefined) columns.phase = patch.phase
      if (patch.reason !== undefined) columns.reason = patch.reason
      if (patch.stopCause !== undefined) columns.stop_cause = patch.stopCause
      if (patch.trialsCreated !== undefined) columns.trials_created = patch.trialsCreated
      if (patch.resultCount !== undefined) columns.results = patch.resultCount
      if (patch.budget !== undefined) columns.budget = patch.budget
      if (patch.endedAt !== undefined) columns.ended_at = patch.endedAt
      if (patch.concurrency !== undefined) columns.concurrency = patch.concurrency
      if (patch.failure !== undefined) columns.failure = patch.failure && encodeValue(patch.failure)
      if (patch.failureCheckFrom !== undefined) columns.judged_from = patch.failureCheckFrom
      if (patch.snapshot !== undefined) columns.snapshot = patch.snapshot
      if (patch.host !== undefined) columns.host = JSON.stringify(patch.host)
      if (patch.isPaused !== undefined) columns.is_paused = Number(patch.isPaused)
      if (patch.name !== undefined) columns.name = patch.name
      if (patch.note !== undefined) columns.note = patch.note
      if (patch.tags !== undefined) columns.tags = JSON.stringify(patch.tags)
      const result = await db
        .updateTable('sweep')
        .set(columns)
        .where('id', '=', id)
        .where('version', '=', version)
        .executeTakeFirst()

      return result.numUpdatedRows === 1n
    },

    setDeleted: async (which, change) => {
      const { value, operator, operand } = toDeletionUpdate(change)
      const update = db
        .updateTable('sweep')
        .set({ deleted_at: value })
        .where('purged_at', 'is', null)
        .where('deleted_at', operator, operand)
      await (
        'id' in which ? update.where('id', '=', which.id) : update.where('project_id', '=', which.projectId)
      ).execute()
    },

    listPurgeable: async (deletedBefore, limit) => {
      const rows = await db
        .selectFrom('sweep')
        .selectAll()
        .where((on) => on.or([on('deleted_at', '<', deletedBefore), on('purged_at', 'is not', null)]))
        .where('phase', 'in', ['done', 'stopped', 'failed'] satisfies SweepPhase[])
        .where((on) =>
          on.not(on.exists(on.selectFrom('run').select('run.id').whereRef('run.sweep_id', '=', 'sweep.id'))),
        )
        .limit(limit)
        .execute()
      return rows.map(toSweep)
    },

    purge: async (id) => {
      for (const table of ['suggestion', 'sweep_result', 'event'] as const)
        await db.deleteFrom(table).where('sweep_id', '=', id).execute()
      await db.deleteFrom('sweep').where('id', '=', id).execute()
    },
  }
}

function toSweepOrNone(row: SweepRow | undefined): Sweep | undefined {
  return row && toSweep(row)
}

function toSweep(row: SweepRow): Sweep {
  return {
    id: row.id,
    number: row.number,
    plan: decodeValue(row.plan) as SweepPlan,
    planDigest: row.plan_digest,
    seed: row.seed,
    phase: row.phase as SweepPhase,
    reason: row.reason as ReasonCode | null,
    stopCause: row.stop_cause as StopCause | null,
    trialsCreated: row.trials_created,
    host: JSON.parse(row.host) as HostInfo,
    projectId: row.project_id,
    name: row.name,
    note: row.note,
    tags: JSON.parse(row.tags) as string[],
    documentDigest: row.document_digest,
    snapshot: row.snapshot,
    concurrency: row.concurrency,
    budget: row.budget,
    earlierTrials: row.earlier === null ? [] : (decodeValue(row.earlier) as EarlierTrial[]),
    resultCount: row.results,
    isPaused: row.is_paused === 1,
    failure: row.failure === null ? null : (decodeValue(row.failure) as SweepFailure),
    failureCheckFrom: row.judged_from,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    deletedAt: row.deleted_at,
    purgedAt: row.purged_at,
    version: row.version,
  }
}
