import type { Updateable } from 'kysely'

import { needsEnvironment } from '../core/kinds.ts'
import type { Actor } from '../contract/events.ts'
import type { RunPlan } from '../contract/plan.ts'
import { DEFAULT_PROJECT } from '../contract/project.ts'
import type { Ending, HostInfo, Waiting } from '../contract/run.ts'
import type { RunPhase } from '../contract/phases.ts'
import { decodeValue, encodeValue } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import type { RunNotes } from '../core/ports/run-store.ts'
import type { NewRun, Origin, RanOn, Run, RunPatch, StopCause } from '../core/records/run.ts'
import type { RunRow } from './tables.ts'

/** Phases in which a run has an attempt and occupies a place for runs on the machine. */
export const ACTIVE_PHASES: readonly RunPhase[] = ['preparing', 'starting', 'running', 'stopping']
/** Phases of a run that has not ended. */
export const OPEN_PHASES: readonly RunPhase[] = ['created', 'queued', ...ACTIVE_PHASES, 'paused', 'unknown']

/** LIKE pattern that the JSON in the column `waiting` matches if a trial is paused at its rung. */
export const AT_RUNG = '%"rung_reached"%'

/** Returns the row of a new run. */
export function toRow(run: NewRun, number: number, createdAt: number): RunRow {
  return {
    id: run.id,
    number,
    sweep_id: run.sweepId,
    trial_index: run.trialIndex,
    take: run.rerunCount ?? 0,
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
    environment: run.environment ?? null,
    needs_environment: Number(needsEnvironment(run.plan)),
    ran_on: null,
    origin_kind: run.origin?.kind ?? null,
    origin_id: run.origin?.runId ?? null,
    ...toCodeColumns({ snapshot: run.snapshot ?? null, host: run.host }),
    outputs_of: run.outputsOwnerNumber ?? null,
    deleted_at: null,
    purged_at: null,
    rung: run.plan.rung?.index ?? 0,
  }
}

/** Returns the columns for the code of a run and for the machine that it was submitted from. */
export function toCodeColumns({
  snapshot,
  host,
}: Pick<Run, 'snapshot' | 'host'>): Pick<RunRow, 'snapshot' | 'host' | 'commit' | 'branch'> {
  return {
    snapshot,
    host: host && JSON.stringify(host),
    commit: host?.git?.commit ?? null,
    branch: host?.git?.branch ?? null,
  }
}

/** Returns the columns of the given notes of a run, fields that no decision of the engine depends on. */
export function toNoteColumns(patch: RunNotes): Updateable<RunRow> {
  const columns: Updateable<RunRow> = {}
  if (patch.name !== undefined) columns.name = patch.name
  if (patch.note !== undefined) columns.note = patch.note
  if (patch.environment !== undefined) columns.environment = patch.environment
  if (patch.ranOn !== undefined) columns.ran_on = patch.ranOn && JSON.stringify(patch.ranOn)
  if (patch.projectId !== undefined) columns.project_id = patch.projectId

  return columns
}

/** Returns the columns of the given fields, which change when a run changes its phase. */
export function toColumns(patch: RunPatch): Updateable<RunRow> {
  const columns: Updateable<RunRow> = {}

  if (patch.ending !== undefined) {
    columns.ending = patch.ending && JSON.stringify(patch.ending)
    columns.reason = patch.ending?.reason ?? null
  }
  if (patch.plan !== undefined) {
    columns.plan = encodeValue(patch.plan)
    columns.placement = JSON.stringify(patch.plan.placement)
    columns.rung = patch.plan.rung?.index ?? 0
  }

  if (patch.planDigest !== undefined) columns.plan_digest = patch.planDigest
  if (patch.waiting !== undefined) columns.waiting = patch.waiting && JSON.stringify(patch.waiting)
  if (patch.stopCause !== undefined) columns.stop_cause = patch.stopCause
  if (patch.attemptCount !== undefined) columns.attempts = patch.attemptCount
  if (patch.notBefore !== undefined) columns.not_before = patch.notBefore
  if (patch.isCollected !== undefined) columns.is_collected = Number(patch.isCollected)
  if (patch.lastReceivedAt !== undefined) columns.last_heard_at = patch.lastReceivedAt
  if (patch.startedAt !== undefined) columns.started_at = patch.startedAt
  if (patch.endedAt !== undefined) columns.ended_at = patch.endedAt

  return columns
}

export function toRunOrNone(row: RunRow | undefined): Run | undefined {
  return row && toRun(row)
}

export function toRun(row: RunRow): Run {
  return {
    id: row.id,
    number: row.number,
    sweepId: row.sweep_id,
    trialIndex: row.trial_index,
    rerunCount: row.take,
    plan: decodeValue(row.plan) as RunPlan,
    planDigest: row.plan_digest,
    params: decodeValue(row.params) as ValueMap,
    tags: JSON.parse(row.tags) as string[],
    phase: row.phase as RunPhase,
    ending: parseOrNull<Ending>(row.ending),
    waiting: parseOrNull<Waiting>(row.waiting),
    stopCause: row.stop_cause as StopCause | null,
    attemptCount: row.attempts,
    notBefore: row.not_before,
    host: parseOrNull<HostInfo>(row.host),
    actor: row.actor as Actor,
    isExecuted: row.is_executed === 1,
    isCollected: row.is_collected === 1,
    lastReceivedAt: row.last_heard_at,
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
    origin:
      row.origin_kind === null || row.origin_id === null
        ? null
        : { kind: row.origin_kind as Origin['kind'], runId: row.origin_id },
    outputsOwnerNumber: row.outputs_of ?? row.number,
    deletedAt: row.deleted_at,
    purgedAt: row.purged_at,
    version: row.version,
  }
}

/** Parses a JSON column that may be null. */
export function parseOrNull<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T)
}
