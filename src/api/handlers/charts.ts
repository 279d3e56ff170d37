import type { chartRoutes } from '../../contract/routes/charts.ts'
import { readableProjects } from '../../core/access/caller.ts'
import { parseField } from '../../core/filter/parse-filter.ts'
import { findRun, findSweep } from '../../services/lookup.ts'
import {
  readBands,
  readGroups,
  readNames,
  readSeries,
  readSlots,
  readTrials,
  readVaried,
} from '../../services/runs/charts.ts'
import type { HandlersOf } from '../bind.ts'
import { toScope } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Creates the handlers for the data of charts. */
export function createChartHandlers(deps: HandlerDeps): HandlersOf<typeof chartRoutes> {
  const { store } = deps

  return {
    countRuns: async ({ query, caller }) => {
      const phases = await store.scan.runQueries.countByPhase(await toScope(store, caller, query))
      return { phases, total: Object.values(phases).reduce((sum, count) => sum + count, 0) }
    },
    groupRuns: async ({ body: { filter, project, trash, by, columns, sort }, caller }) =>
      await readGroups(store, await toScope(store, caller, { filter, project, trash }), {
        by: by.map(parseField),
        columns: columns.map(parseField),
        sort,
      }),
    listVaried: async ({ query, caller }) => await readVaried(store, await toScope(store, caller, query)),
    listNames: async ({ query, caller }) =>
      await readNames(
        store,
        readableProjects(caller),
        query.project === undefined ? undefined : await toScope(store, caller, query),
      ),
    getSeries: async ({ body, caller }) => {
      const runs = await Promise.all(body.runs.map(async (number) => await findRun(store.read, caller, String(number))))
      return await readSeries(store, runs, body)
    },
    getBands: async ({ body: { filter, project, trash, by, metrics, buckets }, caller }) =>
      await readBands(store, await toScope(store, caller, { filter, project, trash }), {
        by: by.map(parseField),
        metrics,
        buckets,
      }),
    getSlots: async () => await readSlots(deps),
    getTrials: async ({ param, caller }) =>
      await readTrials(store, await findSweep(store.read, caller, param('sweep'))),
  }
}
