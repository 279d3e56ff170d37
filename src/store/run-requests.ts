import type { Kysely } from 'kysely'

import type { RunPhase } from '../contract/phases.ts'
import type { RunRequestStore } from '../core/ports/run-request-store.ts'
import { AT_RUNG, OPEN_PHASES } from './run-rows.ts'
import type { Tables } from './tables.ts'

// Phases in which a request to pause can be withdrawn, because no process has received a signal yet.
const PAUSE_WITHDRAWABLE_PHASES: readonly RunPhase[] = ['queued', 'starting', 'running']

/** Creates the store of requests to stop, pause or resume runs. */
export function createRunRequestStore(db: Kysely<Tables>): RunRequestStore {
  return {
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
  }
}
