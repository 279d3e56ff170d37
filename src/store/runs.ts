import type { Kysely, Updateable } from 'kysely'

import type { Actor } from '../contract/events.ts'
import type { RunPlan } from '../contract/plan.ts'
import { DEFAULT_PROJECT } from '../contract/project.ts'
import type { Ending, HostInfo, RunPhase, Waiting } from '../contract/run.ts'
import { decodeValue, encodeValue } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import type { NewRun, Origin, RanOn, Run, RunNotes, RunPatch, RunStore, StopCause } from '../core/ports.ts'
import type { RunRow, Tables } from './tables.ts'
import { phasesBefore } from '../core/run/state.ts'
import { takeNumbers } from './counters.ts'
import { toParamRows, toTagRows } from './facts.ts'

const ACTIVE_PHASES: readonly RunPhase[] = ['preparing', 'starting', 'running', 'stopping']
const TERMINAL_PHASES: readonly RunPhase[] = ['succeeded', 'failed', 'stopped']
// Phases in which a request to pause may still be taken back: nothing has been signalled.
const UNSTARTED_PAUSE: readonly RunPhase[] = ['queued', 'starting', 'running']
const OPEN_PHASES: readonly RunPhase[] = ['created', 'queued', ...ACTIVE_PHASES, 'paused', 'unknown']

const ROWS_PER_INSERT = 500
// Bounds one transaction of a removal, so that nobody waits for it.
const PURGED_CHUNKS = 1_000

/** Runs: rows to domain and back. `now` is read once per call. */
export function createRunStore(db: Kysely<Tables>, now: () => number): RunStore {
  const trialsWithValue = (sweepId: string, metric: string) =>
    db
      .selectFrom('run')
      .innerJoin('metric', 'metric.run_number', 'run.number')
      .where('run.sweep_id', '=', sweepId)
      .where('run.deleted_at', 'is', null)
      .where('metric.name', '=', metric)
      .where('metric.last', 'is not', null)
  const putParams = async (number: number, params: ValueMap): Promise<void> => {
    const rows = toParamRows(number, params)
    for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) {
      await db
        .insertInto('run_param')
        .values(rows.slice(at, at + ROWS_PER_INSERT))
        .onConflict((conflict) =>
          conflict.columns(['name', 'run_number']).doUpdateSet((on) => ({ number: on.ref('excluded.number'), text: on.ref('excluded.text') })),
        )
        .execute()
    }
  }
  const putTags = async (number: number, tags: readonly string[]): Promise<void> => {
    await db
      .deleteFrom('run_tag')
      .where('run_number', '=', number)
      .where('tag', 'not in', [...tags, ''])
      .execute()
    const rows = toTagRows(number, tags)
    if (rows.length > 0)
      await db
        .insertInto('run_tag')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
  }
  return {
    get: async (id) => toRunOrNone(await db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst()),
    getByNumber: async (number) => toRunOrNone(await db.selectFrom('run').selectAll().where('number', '=', number).executeTakeFirst()),
    listUnfinished: async () => {
      const rows = await db
        .selectFrom('run')
        .select('id')
        .where((on) => on.or([on('phase', 'in', OPEN_PHASES), on('is_collected', '=', 0)]))
        .execute()
      return rows.map((row) => row.id)
    },
    listQueued: async (limit) => {
      const rows = await db
        .selectFrom('run')
        .leftJoin('environment', 'environment.hash', 'run.environment')
        .select(['id', 'number', 'sweep_id', 'attempts', 'plan_digest', 'placement', 'not_before', 'waiting', 'version', 'needs_environment'])
        .select('environment.state as environment_state')
        .where('phase', '=', 'queued')
        .where((on) =>
          on.or([on('environment.state', 'is', null), on('environment.state', '!=', 'building'), on('environment.build_run_id', '=', on.ref('run.id'))]),
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
        .innerJoin('attempt', (join) => join.onRef('attempt.run_id', '=', 'run.id').onRef('attempt.n', '=', 'run.attempts'))
        .select(['run.id', 'run.number', 'run.sweep_id', 'run.placement', 'attempt.devices', 'attempt.name'])
        .where('run.phase', 'in', ACTIVE_PHASES)
        .where('run.is_executed', '=', 1)
        .execute()
      return rows.map((row) => ({
        id: row.id,
        number: row.number,
        attemptName: row.name,
        sweepId: row.sweep_id,
        placement: JSON.parse(row.placement) as RunPlan['placement'],
        devices: JSON.parse(row.devices) as string[],
      }))
    },
    listOpen: async (sweepId) => {
      const rows = await db.selectFrom('run').select(['id', 'phase']).where('sweep_id', '=', sweepId).where('phase', 'in', OPEN_PHASES).execute()
      return rows as { id: string; phase: RunPhase }[]
    },
    countByPhase: async (sweepId) => {
      const rows = await db
        .selectFrom('run')
        .select(['phase', db.fn.countAll<number>().as('count')])
        .where('sweep_id', '=', sweepId)
        .groupBy('phase')
        .execute()
      return Object.fromEntries(rows.map((row) => [row.phase, Number(row.count)]))
    },
    best: async (sweepId, metric, direction) => {
      const row = await trialsWithValue(sweepId, metric)
        .selectAll('run')
        .select('metric.last')
        .where('run.phase', 'in', ['succeeded', 'stopped'])
        .orderBy('metric.last', direction === 'maximize' ? 'desc' : 'asc')
        .orderBy('run.number')
        .limit(1)
        .executeTakeFirst()
      return row && { run: toRun(row), value: row.last! }
    },
    bestValue: async (sweepId, metric, direction) => {
      const row = await trialsWithValue(sweepId, metric)
        .select('metric.last')
        .orderBy('metric.last', direction === 'maximize' ? 'desc' : 'asc')
        .limit(1)
        .executeTakeFirst()
      return row?.last ?? undefined
    },
    insert: async (runs) => {
      const first = await takeNumbers(db, runs.length)
      const rows = runs.map((run, index) => toRow(run, first + index, now()))
      if (rows.length > 0) await db.insertInto('run').values(rows).execute()
      for (const [index, row] of rows.entries()) {
        await putParams(row.number, runs[index]!.plan.params)
        await putTags(row.number, JSON.parse(row.tags) as string[])
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
        .where('phase', 'in', OPEN_PHASES)
        // A stop overrules a pause that has not been carried out.
        .where((on) => on.or([on('stop_cause', 'is', null), ...(cause === 'pause' ? [] : [on('stop_cause', '=', 'pause')])]))
      const rows = await ('id' in which ? update.where('id', '=', which.id) : update.where('sweep_id', '=', which.sweepId)).returning('id').execute()
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
            on.and([on('phase', '=', 'paused'), on('stop_cause', 'is', null)]),
            on.and([on('phase', 'in', UNSTARTED_PAUSE), on('stop_cause', '=', 'pause')]),
          ]),
        )
      const rows = await ('id' in which ? update.where('id', '=', which.id) : update.where('sweep_id', '=', which.sweepId)).returning('id').execute()
      return rows.map((row) => row.id)
    },
    annotate: async ({ id, number }, { params, tags, ...patch }) => {
      const columns: Updateable<RunRow> = {
        ...toColumns(patch),
        ...toNoteColumns(patch),
        ...(params && { params: encodeValue(params) }),
        ...(tags && { tags: JSON.stringify(tags) }),
      }
      await db.updateTable('run').set(columns).where('id', '=', id).execute()
      if (params) await putParams(number, params)
      if (tags) await putTags(number, tags)
    },
    setDeleted: async (which, deletedAt) => {
      const update = db
        .updateTable('run')
        .set({ deleted_at: deletedAt })
        .where('purged_at', 'is', null)
        .where('deleted_at', deletedAt === null ? 'is not' : 'is', null)
      const scoped =
        'ids' in which
          ? update.where('id', 'in', which.ids)
          : 'sweepId' in which
            ? update.where('sweep_id', '=', which.sweepId)
            : update.where('project_id', '=', which.projectId)
      return (await scoped.returning('id').execute()).map((row) => row.id)
    },
    listPurgeable: async (deletedBefore, limit) => {
      const rows = await db
        .selectFrom('run')
        .selectAll()
        .where('deleted_at', 'is not', null)
        .where((on) => on.or([on('deleted_at', '<', deletedBefore), on('purged_at', 'is not', null)]))
        .where('phase', 'in', TERMINAL_PHASES)
        .where('is_collected', '=', 1)
        .orderBy('number')
        .limit(limit)
        .execute()
      return rows.map(toRun)
    },
    markPurged: async (id) => {
      await db.updateTable('run').set({ purged_at: now() }).where('id', '=', id).where('purged_at', 'is', null).execute()
    },
    purgeSome: async (run) => await purgeSome(db, run),
    countSharing: async ({ id, outputsOf }) => {
      const row = await db
        .selectFrom('run')
        .select(db.fn.countAll<number>().as('count'))
        .where((on) => on.or([on('outputs_of', '=', outputsOf), on('number', '=', outputsOf)]))
        .where('id', '!=', id)
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },
    stillNamed: async (column, values) => {
      if (values.length === 0) return new Set()
      const named = async (table: 'run' | 'sweep') =>
        (table === 'sweep' && column === 'environment'
          ? []
          : await db
              .selectFrom(table)
              .select(column as 'snapshot')
              .distinct()
              .where(column as 'snapshot', 'in', values)
              .execute()
        ).map((row) => Object.values(row)[0] as string)
      return new Set([...(await named('run')), ...(await named('sweep'))])
    },
    hasOpen: async (environment) => {
      const row = await db.selectFrom('run').select('id').where('environment', '=', environment).where('phase', 'in', OPEN_PHASES).limit(1).executeTakeFirst()
      return row !== undefined
    },
    listWaitingFor: async (environment) => {
      const rows = await db.selectFrom('run').select('id').where('environment', '=', environment).where('phase', '=', 'queued').execute()
      return rows.map((row) => row.id)
    },
  }
}

/** One table after another, the largest in pieces; the run's own row last, so that a removal cut short goes on. */
async function purgeSome(db: Kysely<Tables>, { id, number }: Pick<Run, 'id' | 'number'>): Promise<boolean> {
  const series = await db.selectFrom('series').select(['id', 'name']).where('run_id', '=', id).execute()
  const seriesIds = series.map((row) => row.id)
  if (seriesIds.length > 0) {
    const chunks = await db.selectFrom('chunk').select(['series_id', 'n']).where('series_id', 'in', seriesIds).limit(PURGED_CHUNKS).execute()
    for (const chunk of chunks) await db.deleteFrom('chunk').where('series_id', '=', chunk.series_id).where('n', '=', chunk.n).execute()
    if (chunks.length > 0) return false
    const names = series.map((row) => row.name)
    await db.deleteFrom('metric').where('name', 'in', names).where('run_number', '=', number).execute()
    await db.deleteFrom('series').where('run_id', '=', id).execute()
  }
  const params = await db.selectFrom('run').select(['params', 'tags']).where('id', '=', id).executeTakeFirst()
  if (!params) return true
  const names = toParamRows(number, decodeValue(params.params) as ValueMap).map((row) => row.name)
  if (names.length > 0) await db.deleteFrom('run_param').where('name', 'in', names).where('run_number', '=', number).execute()
  const tags = JSON.parse(params.tags) as string[]
  if (tags.length > 0) await db.deleteFrom('run_tag').where('tag', 'in', tags).where('run_number', '=', number).execute()
  for (const table of ['writer', 'artifact', 'attempt', 'event'] as const) await db.deleteFrom(table).where('run_id', '=', id).execute()
  await db.deleteFrom('run').where('id', '=', id).execute()
  return true
}

function toRow(run: NewRun, number: number, createdAt: number): RunRow {
  return {
    id: run.id,
    number,
    sweep_id: run.sweepId,
    trial_index: run.trialIndex,
    kind: run.plan.kind,
    plan: encodeValue(run.plan),
    plan_digest: run.planDigest,
    placement: JSON.stringify(run.plan.placement),
    params: encodeValue(run.plan.params),
    tags: JSON.stringify(run.tags ?? run.plan.tags),
    phase: run.phase,
    ending: run.ending ? JSON.stringify(run.ending) : null,
    waiting: null,
    stop_cause: null,
    attempts: 0,
    not_before: null,
    host: run.host && JSON.stringify(run.host),
    actor: run.actor,
    is_executed: Number(run.isExecuted),
    is_collected: run.ending ? 1 : 0,
    last_heard_at: run.isExecuted ? null : createdAt,
    created_at: createdAt,
    started_at: null,
    ended_at: run.ending ? createdAt : null,
    version: 1,
    project_id: run.projectId ?? DEFAULT_PROJECT.id,
    name: run.name ?? run.plan.name,
    note: run.note ?? run.plan.description,
    reason: run.ending?.reason ?? null,
    document_digest: run.documentDigest ?? null,
    snapshot: run.snapshot ?? null,
    environment: run.environment ?? null,
    needs_environment: Number((run.plan.build?.steps.length ?? 0) > 0 && run.plan.kind !== 'build'),
    ran_on: null,
    origin_kind: run.origin?.kind ?? null,
    origin_id: run.origin?.runId ?? null,
    commit: run.host?.git?.commit ?? null,
    branch: run.host?.git?.branch ?? null,
    outputs_of: run.outputsOf ?? null,
    deleted_at: null,
    purged_at: null,
  }
}

function toNoteColumns(patch: RunNotes): Updateable<RunRow> {
  const columns: Updateable<RunRow> = {}
  if (patch.name !== undefined) columns.name = patch.name
  if (patch.note !== undefined) columns.note = patch.note
  if (patch.environment !== undefined) columns.environment = patch.environment
  if (patch.ranOn !== undefined) columns.ran_on = patch.ranOn && JSON.stringify(patch.ranOn)
  if (patch.projectId !== undefined) columns.project_id = patch.projectId
  return columns
}

function toColumns(patch: RunPatch): Updateable<RunRow> {
  const columns: Updateable<RunRow> = {}
  if (patch.ending !== undefined) {
    columns.ending = patch.ending && JSON.stringify(patch.ending)
    columns.reason = patch.ending?.reason ?? null
  }
  if (patch.waiting !== undefined) columns.waiting = patch.waiting && JSON.stringify(patch.waiting)
  if (patch.stopCause !== undefined) columns.stop_cause = patch.stopCause
  if (patch.attempts !== undefined) columns.attempts = patch.attempts
  if (patch.notBefore !== undefined) columns.not_before = patch.notBefore
  if (patch.isCollected !== undefined) columns.is_collected = Number(patch.isCollected)
  if (patch.lastHeardAt !== undefined) columns.last_heard_at = patch.lastHeardAt
  if (patch.startedAt !== undefined) columns.started_at = patch.startedAt
  if (patch.endedAt !== undefined) columns.ended_at = patch.endedAt
  return columns
}

function toRunOrNone(row: RunRow | undefined): Run | undefined {
  return row && toRun(row)
}

export function toRun(row: RunRow): Run {
  return {
    id: row.id,
    number: row.number,
    sweepId: row.sweep_id,
    trialIndex: row.trial_index,
    plan: decodeValue(row.plan) as RunPlan,
    planDigest: row.plan_digest,
    params: decodeValue(row.params) as ValueMap,
    tags: JSON.parse(row.tags) as string[],
    phase: row.phase as RunPhase,
    ending: parseOrNull<Ending>(row.ending),
    waiting: parseOrNull<Waiting>(row.waiting),
    stopCause: row.stop_cause as StopCause | null,
    attempts: row.attempts,
    notBefore: row.not_before,
    host: parseOrNull<HostInfo>(row.host),
    actor: row.actor as Actor,
    isExecuted: row.is_executed === 1,
    isCollected: row.is_collected === 1,
    lastHeardAt: row.last_heard_at,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    projectId: row.project_id,
    name: row.name,
    note: row.note,
    documentDigest: row.document_digest,
    snapshot: row.snapshot,
    environment: row.environment,
    ranOn: parseOrNull<RanOn>(row.ran_on),
    origin: row.origin_kind === null || row.origin_id === null ? null : { kind: row.origin_kind as Origin['kind'], runId: row.origin_id },
    outputsOf: row.outputs_of ?? row.number,
    deletedAt: row.deleted_at,
    purgedAt: row.purged_at,
    version: row.version,
  }
}

export function parseOrNull<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T)
}
