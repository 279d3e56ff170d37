import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import type { ReasonCode } from '../contract/messages/messages.ts'
import { TERMINAL_RUN_PHASES } from '../contract/phases.ts'
import type { RunPhase } from '../contract/phases.ts'
import type { Ending, Waiting } from '../contract/run.ts'
import { decodeValue } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import type { TrialEnds, TrialStore } from '../core/ports/trial-store.ts'
import type { SweepResult } from '../core/records/sweep.ts'
import type { TrialOutcome } from '../core/records/trial.ts'
import { AT_RUNG, OPEN_PHASES, parseOrNull } from './run-rows.ts'
import type { Tables } from './tables.ts'

/** Maximum number of results recorded in one transaction. After a long downtime there can be many. */
const UNRECORDED_AT_ONCE = 1_000

/** Creates the queries about the trials of a sweep. */
export function createTrialStore(db: Kysely<Tables>): TrialStore {
  return {
    listOpen: async (sweepId) => {
      const rows = await db
        .selectFrom('run')
        .select(['id', 'number', 'phase', 'trial_index', 'rung', 'waiting'])
        .where('sweep_id', '=', sweepId)
        .where('phase', 'in', OPEN_PHASES)
        .execute()

      return rows.map((row) => ({
        id: row.id,
        number: row.number,
        phase: row.phase as RunPhase,
        index: row.trial_index,
        rung: row.rung,
        isAtRung: row.phase === 'paused' && parseOrNull<Waiting>(row.waiting)?.code === 'rung_reached',
      }))
    },

    listUnrecorded: async (sweepId, { metric, part }) => {
      const rows = await db
        .selectFrom('run')
        .leftJoin('metric', (join) => join.onRef('metric.run_number', '=', 'run.number').on('metric.name', '=', metric))
        .select(['run.id', 'run.trial_index', 'run.rung', 'run.take', 'run.phase', `metric.${part} as value`])
        .where('run.sweep_id', '=', sweepId)
        .where('run.trial_index', 'is not', null)
        .where((on) =>
          on.or([
            on('run.phase', 'in', TERMINAL_RUN_PHASES),
            // Paused at a rung. A trial that a user paused has no `waiting` value.
            on.and([on('run.phase', '=', 'paused'), on('run.waiting', 'like', AT_RUNG)]),
          ]),
        )
        .where((on) =>
          on.not(
            on.exists(
              on
                .selectFrom('sweep_result')
                .select('sweep_result.seq')
                .where('sweep_result.sweep_id', '=', sweepId)
                .whereRef('sweep_result.trial_index', '=', 'run.trial_index')
                .whereRef('sweep_result.rung', '=', 'run.rung')
                .whereRef('sweep_result.take', '=', 'run.take'),
            ),
          ),
        )
        .orderBy('run.ended_at')
        .orderBy('run.trial_index')
        .limit(UNRECORDED_AT_ONCE)
        .execute()

      return rows.map((row) => ({
        runId: row.id,
        index: row.trial_index!,
        rung: row.rung,
        rerunCount: row.take,
        phase: row.phase as SweepResult['phase'],
        value: row.value,
      }))
    },

    listOutcomes: async (sweepId, { metric, part }) => {
      const rows = await selectTrials(db, metric)
        .select([
          'run.trial_index',
          'run.number',
          'run.phase',
          'run.reason',
          'run.rung',
          'run.params',
          'suggestion.point',
          `metric.${part} as value`,
        ])
        .select((on) =>
          on
            .selectFrom('attempt')
            .select((inner) =>
              inner.fn.sum<number>(inner('attempt.ended_at', '-', inner.ref('attempt.started_at'))).as('ran'),
            )
            .whereRef('attempt.run_id', '=', 'run.id')
            .as('ran_ms'),
        )
        .where('run.sweep_id', '=', sweepId)
        .where('run.trial_index', 'is not', null)
        .where('run.phase', 'in', TERMINAL_RUN_PHASES)
        .orderBy('run.trial_index')
        .execute()

      return rows.map((row) => ({
        index: row.trial_index!,
        number: row.number,
        phase: row.phase as TrialOutcome['phase'],
        reason: row.reason as ReasonCode | null,
        rung: row.rung,
        params: paramsOf(row),
        value: row.value,
        seconds: Number(row.ran_ms ?? 0) / 1000,
      }))
    },

    listTrialIds: async (sweepId) => {
      const rows = await db
        .selectFrom('run')
        .select(['id', 'trial_index'])
        .where('sweep_id', '=', sweepId)
        .where('trial_index', 'is not', null)
        .execute()
      return new Map(rows.map((row) => [row.trial_index!, row.id]))
    },

    countByPhase: async (sweepId) => {
      const rows = await db
        .selectFrom('run')
        .select(['phase', db.fn.countAll<number>().as('count')])
        .where('sweep_id', '=', sweepId)
        .where('trial_index', 'is not', null)
        .groupBy('phase')
        .execute()
      return Object.fromEntries(rows.map((row) => [row.phase, Number(row.count)]))
    },

    countEnds: async (sweepId) => {
      const rows = await db
        .selectFrom('run')
        .select(['phase', 'reason', db.fn.countAll<number>().as('count')])
        .where('sweep_id', '=', sweepId)
        .where('trial_index', 'is not', null)
        .where('phase', 'in', ['succeeded', 'stopped'])
        .groupBy(['phase', 'reason'])
        .execute()

      const ends = { finished: 0, early: 0, stopped: 0 }
      for (const { phase, reason, count } of rows) ends[classifyEnd(phase, reason)] += Number(count)

      return ends
    },

    listFirstEnded: async (sweepId, from, limit) => {
      const rows = await db
        .selectFrom('run')
        .select('phase')
        .where('sweep_id', '=', sweepId)
        .where('trial_index', '>=', from)
        .where('phase', 'in', [...TERMINAL_RUN_PHASES, 'paused'])
        .where((on) => on.or([on('reason', 'is', null), on('reason', '!=', 'StoppedByUser')]))
        .orderBy(sql`case when phase = 'paused' then 0 else 1 end`)
        .orderBy('ended_at')
        .orderBy('trial_index')
        .limit(limit)
        .execute()

      return rows.map((row) => row.phase as RunPhase)
    },

    listFailures: async (sweepId, from, limit) => {
      const rows = await db
        .selectFrom('run')
        .select(['id', 'ending'])
        .where('sweep_id', '=', sweepId)
        .where('trial_index', '>=', from)
        .where('phase', '=', 'failed')
        .where('deleted_at', 'is', null)
        .orderBy('trial_index')
        .limit(limit)
        .execute()

      return rows.map((row) => ({ id: row.id, ending: parseOrNull<Ending>(row.ending) }))
    },
  }
}

/**
 * Classifies the end of a trial that did not fail: its command ended by itself, it ended early at a rung or by a rule,
 * or a user stopped it.
 */
function classifyEnd(phase: string, reason: string | null): keyof TrialEnds {
  if (phase === 'succeeded') return reason === 'RungReached' ? 'early' : 'finished'
  return reason === 'StoppedByUser' ? 'stopped' : 'early'
}

/**
 * Returns the parameters of a trial. Its suggested point takes precedence over what its scripts logged under the same
 * names.
 */
export function paramsOf({ params, point }: { params: string; point: string | null }): ValueMap {
  return { ...(decodeValue(params) as ValueMap), ...(point === null ? {} : (decodeValue(point) as ValueMap)) }
}

/** Starts a query for runs, joined with their summary of a metric and with the points that were suggested for them. */
export function selectTrials(db: Kysely<Tables>, metric: string) {
  return db
    .selectFrom('run')
    .leftJoin('metric', (join) => join.onRef('metric.run_number', '=', 'run.number').on('metric.name', '=', metric))
    .leftJoin('suggestion', (join) =>
      join.onRef('suggestion.sweep_id', '=', 'run.sweep_id').onRef('suggestion.trial_index', '=', 'run.trial_index'),
    )
}
