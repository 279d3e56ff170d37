import type { Kysely, Updateable } from 'kysely'

import type { Actor } from '../contract/events.ts'
import type { RunPlan } from '../contract/plan.ts'
import type { Ending, HostInfo, RunPhase, Waiting } from '../contract/run.ts'
import { decodeValue, encodeValue } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import type { NewRun, Run, RunPatch, RunStore, StopCause } from '../core/ports.ts'
import type { RunRow, Tables } from './tables.ts'
import { phasesBefore } from '../core/run/state.ts'
import { takeNumbers } from './counters.ts'

const ACTIVE_PHASES: readonly RunPhase[] = ['preparing', 'starting', 'running', 'stopping']
const OPEN_PHASES: readonly RunPhase[] = ['created', 'queued', ...ACTIVE_PHASES, 'paused', 'unknown']

/** Runs: rows to domain and back. `now` is read once per call. */
export function createRunStore(db: Kysely<Tables>, now: () => number): RunStore {
  const trialsWithValue = (sweepId: string, metric: string) =>
    db
      .selectFrom('run')
      .innerJoin('series', 'series.run_id', 'run.id')
      .where('run.sweep_id', '=', sweepId)
      .where('series.name', '=', metric)
      .where('series.last_value', 'is not', null)
  return {
    get: async (id) => toRunOrNone(await db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst()),
    getByNumber: async (number) => toRunOrNone(await db.selectFrom('run').selectAll().where('number', '=', number).executeTakeFirst()),
    list: async ({ sweepId, phase, kind, limit, before }) => {
      let query = db.selectFrom('run').selectAll().orderBy('number', 'desc').limit(limit)
      if (sweepId !== undefined) query = query.where('sweep_id', '=', sweepId)
      if (phase !== undefined) query = query.where('phase', '=', phase)
      if (kind !== undefined) query = query.where('kind', '=', kind)
      if (before !== undefined) query = query.where('number', '<', before)
      return (await query.execute()).map(toRun)
    },
    listUnfinished: async () => {
      const rows = await db
        .selectFrom('run')
        .select('id')
        .where((on) => on.or([on('phase', 'in', OPEN_PHASES), on('is_collected', '=', 0)]))
        .execute()
      return rows.map((row) => row.id)
    },
    listQueued: async (limit) => {
      const columns = ['id', 'number', 'sweep_id', 'attempts', 'plan_digest', 'placement', 'not_before', 'waiting', 'version'] as const
      const rows = await db.selectFrom('run').select(columns).where('phase', '=', 'queued').orderBy('number').limit(limit).execute()
      return rows.map((row) => ({
        id: row.id,
        number: row.number,
        sweepId: row.sweep_id,
        attempts: row.attempts,
        planDigest: row.plan_digest,
        placement: JSON.parse(row.placement) as RunPlan['placement'],
        notBefore: row.not_before,
        waiting: parseOrNull<Waiting>(row.waiting),
        version: row.version,
      }))
    },
    listActive: async () => {
      const rows = await db
        .selectFrom('run')
        .innerJoin('attempt', (join) => join.onRef('attempt.run_id', '=', 'run.id').onRef('attempt.n', '=', 'run.attempts'))
        .select(['run.id', 'run.sweep_id', 'run.placement', 'attempt.devices', 'attempt.name'])
        .where('run.phase', 'in', ACTIVE_PHASES)
        .where('run.is_executed', '=', 1)
        .execute()
      return rows.map((row) => ({
        id: row.id,
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
        .select('series.last_value')
        .where('run.phase', 'in', ['succeeded', 'stopped'])
        .orderBy('series.last_value', direction === 'maximize' ? 'desc' : 'asc')
        .orderBy('run.number')
        .limit(1)
        .executeTakeFirst()
      return row && { run: toRun(row), value: row.last_value! }
    },
    bestValue: async (sweepId, metric, direction) => {
      const row = await trialsWithValue(sweepId, metric)
        .select('series.last_value')
        .orderBy('series.last_value', direction === 'maximize' ? 'desc' : 'asc')
        .limit(1)
        .executeTakeFirst()
      return row?.last_value ?? undefined
    },
    insert: async (runs) => {
      const first = await takeNumbers(db, runs.length)
      const rows = runs.map((run, index) => toRow(run, first + index, now()))
      if (rows.length > 0) await db.insertInto('run').values(rows).execute()
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
        .where('stop_cause', 'is', null)
      const rows = await ('id' in which ? update.where('id', '=', which.id) : update.where('sweep_id', '=', which.sweepId)).returning('id').execute()
      return rows.map((row) => row.id)
    },
    annotate: async (id, { params, tags, ...patch }) => {
      const columns: Updateable<RunRow> = { ...toColumns(patch), ...(params && { params: encodeValue(params) }), ...(tags && { tags: JSON.stringify(tags) }) }
      await db.updateTable('run').set(columns).where('id', '=', id).execute()
    },
  }
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
    tags: JSON.stringify(run.plan.tags),
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
  }
}

function toColumns(patch: RunPatch): Updateable<RunRow> {
  const columns: Updateable<RunRow> = {}
  if (patch.ending !== undefined) columns.ending = patch.ending && JSON.stringify(patch.ending)
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

function toRun(row: RunRow): Run {
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
    version: row.version,
  }
}

export function parseOrNull<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T)
}
