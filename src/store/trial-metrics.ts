import type { Kysely } from 'kysely'

import type { ReasonCode } from '../contract/messages/messages.ts'
import type { RunPhase } from '../contract/phases.ts'
import type { Ending } from '../contract/run.ts'
import type { TrialMetricStore } from '../core/ports/trial-metric-store.ts'
import type { Measure } from '../core/ports/trial-store.ts'
import { parseOrNull, toRun } from './run-rows.ts'
import type { Tables } from './tables.ts'
import { paramsOf, selectTrials } from './trials.ts'

/** Number of trials, the latest, whose metrics are taken as those of the whole sweep. */
const METRIC_NAME_TRIALS_MAX = 20

/** Creates the store of the metrics that trials reported. */
export function createTrialMetricStore(db: Kysely<Tables>): TrialMetricStore {
  const trialsWithValue = (sweepId: string, { metric, part }: Measure) =>
    db
      .selectFrom('run')
      .innerJoin('metric', 'metric.run_number', 'run.number')
      .where('run.sweep_id', '=', sweepId)
      .where('run.trial_index', 'is not', null)
      .where('run.deleted_at', 'is', null)
      .where('metric.name', '=', metric)
      .where(`metric.${part}`, 'is not', null)

  return {
    readChart: async (sweepId, { metric, part }) => {
      const trials = await selectTrials(db, metric)
        .select([
          'run.trial_index',
          'run.number',
          'run.phase',
          'run.reason',
          'run.rung',
          'run.params',
          'run.started_at',
          'run.ended_at',
        ])
        .select(['suggestion.point', `metric.${part} as value`, 'metric.name as measured'])
        .where('run.sweep_id', '=', sweepId)
        .where('run.trial_index', 'is not', null)
        .where('run.deleted_at', 'is', null)
        .orderBy('run.trial_index')
        .execute()

      const attempts = await db
        .selectFrom('attempt')
        .innerJoin('run', 'run.id', 'attempt.run_id')
        .select(['run.trial_index', 'attempt.n', 'attempt.started_at', 'attempt.ended_at', 'attempt.ending'])
        .where('run.sweep_id', '=', sweepId)
        .where('run.trial_index', 'is not', null)
        .where('attempt.started_at', 'is not', null)
        .orderBy('attempt.started_at')
        .execute()

      return {
        trials: trials.map((row) => ({
          index: row.trial_index!,
          number: row.number,
          phase: row.phase as RunPhase,
          reason: row.reason as ReasonCode | null,
          rung: row.rung,
          params: paramsOf(row),
          value: row.value,
          hasMetric: row.measured !== null,
          startedAt: row.started_at,
          endedAt: row.ended_at,
        })),
        attempts: attempts.map((row) => ({
          index: row.trial_index!,
          n: row.n,
          startedAt: row.started_at!,
          endedAt: row.ended_at,
          reason: parseOrNull<Ending>(row.ending)?.reason ?? null,
        })),
      }
    },

    listReported: async (sweepId, metrics) => {
      const found = new Set<string>()
      for (const name of metrics) {
        const row = await db
          .selectFrom('run')
          .innerJoin('metric', 'metric.run_number', 'run.number')
          .select('metric.name')
          .where('run.sweep_id', '=', sweepId)
          .where('metric.name', '=', name)
          .limit(1)
          .executeTakeFirst()
        if (row) found.add(name)
      }

      return found
    },

    listMetricNames: async (sweepId, limit) => {
      const latest = db
        .selectFrom('run')
        .select('id')
        .where('sweep_id', '=', sweepId)
        .where('trial_index', 'is not', null)
        .where('phase', 'in', ['succeeded', 'stopped', 'paused'] satisfies RunPhase[])
        .orderBy('number', 'desc')
        .limit(METRIC_NAME_TRIALS_MAX)

      const rows = await db
        .selectFrom('series')
        .select('name')
        .distinct()
        .where('run_id', 'in', latest)
        .where('name', 'not like', 'system.%')
        .orderBy('name')
        .limit(limit)
        .execute()

      return rows.map((row) => row.name)
    },

    findBest: async (sweepId, measure, direction) => {
      const row = await trialsWithValue(sweepId, measure)
        .selectAll('run')
        .select(`metric.${measure.part} as value`)
        .where('run.phase', 'in', ['succeeded', 'stopped', 'paused'])
        .orderBy(`metric.${measure.part}`, direction === 'maximize' ? 'desc' : 'asc')
        .orderBy('run.number')
        .limit(1)
        .executeTakeFirst()
      return row && { run: toRun(row), value: row.value! }
    },

    findBestValue: async (sweepId, measure, direction) => {
      const row = await trialsWithValue(sweepId, measure)
        .select(`metric.${measure.part} as value`)
        .orderBy(`metric.${measure.part}`, direction === 'maximize' ? 'desc' : 'asc')
        .limit(1)
        .executeTakeFirst()
      return row?.value ?? undefined
    },
  }
}
