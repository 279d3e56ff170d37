import type { chartRoutes } from '../../contract/routes/charts.ts'
import { parseField } from '../../core/filter/parse-filter.ts'
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
import { findRun, findSweep, toScope } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Handlers for the data of charts. */
export function createChartHandlers(deps: HandlerDeps): HandlersOf<typeof chartRoutes> {
  const { store } = deps

  return {
    countRuns: async ({ query }) => {
      const phases = await store.scan.runQueries.countByPhase(await toScope(store, query))
      return { phases, total: Object.values(phases).reduce((sum, count) => sum + count, 0) }
    },
    groupRuns: async ({ body: { filter, project, trash, by, columns, sort } }) =>
      await readGroups(store, await toScope(store, { filter, project, trash }), {
        by: by.map(parseField),
        columns: columns.map(parseField),
        sort,
      }),
    listVaried: async ({ query }) => await readVaried(store, await toScope(store, query)),
    listNames: async ({ query }) =>
      await readNames(store, query.project === undefined ? undefined : await toScope(store, query)),
    getSeries: async ({ body }) => {
      const runs = await Promise.all(body.runs.map(async (number) => await findRun(store, String(number))))
      return await readSeries(store, runs, body)
    },
    getBands: async ({ body: { filter, project, trash, by, metrics, buckets } }) =>
      await readBands(store, await toScope(store, { filter, project, trash }), {
        by: by.map(parseField),
        metrics,
        buckets,
      }),
    getSlots: async () => await readSlots(deps),
    getTrials: async ({ param }) => await readTrials(store, await findSweep(store, param('sweep'))),
  }
}
