import type { Kysely } from 'kysely'

import { decodeValue, encodeValue } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import type { SweepHistoryStore } from '../core/ports/sweep-history-store.ts'
import type { SweepResult } from '../core/records/sweep.ts'
import type { Source } from '../core/search/history.ts'
import { splitForStatements } from './pieces.ts'
import type { Tables } from './tables.ts'

/** Creates the store of the points that sweeps suggested and the results that they recorded. */
export function createSweepHistoryStore(db: Kysely<Tables>): SweepHistoryStore {
  return {
    listTrials: async (sweepId, from) => {
      const rows = await db
        .selectFrom('suggestion')
        .selectAll()
        .where('sweep_id', '=', sweepId)
        .where('trial_index', '>=', from)
        .orderBy('trial_index')
        .execute()

      return rows.map((row) => ({
        point: decodeValue(row.point) as ValueMap,
        source: row.source as Source,
        resultsUsed: row.known,
        budget: row.budget,
      }))
    },

    addTrials: async (sweepId, from, trials) => {
      const rows = trials.map(({ point, source, resultsUsed, budget }, offset) => ({
        sweep_id: sweepId,
        trial_index: from + offset,
        point: encodeValue(point),
        source,
        known: resultsUsed,
        budget,
      }))
      for (const some of splitForStatements(rows)) await db.insertInto('suggestion').values(some).execute()
    },

    listResults: async (sweepId, after) => {
      const rows = await db
        .selectFrom('sweep_result')
        .selectAll()
        .where('sweep_id', '=', sweepId)
        .where('seq', '>', after)
        .orderBy('seq')
        .execute()

      return rows.map((row) => ({
        index: row.trial_index,
        rung: row.rung,
        rerunCount: row.take,
        phase: row.phase as SweepResult['phase'],
        value: row.value,
      }))
    },

    addResults: async (sweepId, after, results) => {
      const rows = results.map(({ index, rung, rerunCount = 0, phase, value }, offset) => ({
        sweep_id: sweepId,
        seq: after + offset + 1,
        trial_index: index,
        rung,
        take: rerunCount,
        phase,
        value,
      }))
      for (const some of splitForStatements(rows)) await db.insertInto('sweep_result').values(some).execute()
    },
  }
}
