import type { Locale } from '../../contract/messages/messages.ts'
import type { sweepRoutes } from '../../contract/routes/sweeps.ts'
import type { ValueMap } from '../../contract/values.ts'
import { findProject } from '../../services/projects/projects.ts'
import {
  changeSweep,
  deleteSweep,
  pauseSweep,
  restoreSweep,
  resumeSweep,
  stopSweep,
} from '../../services/runs/controls.ts'
import { restartSweep } from '../../services/runs/derivations.ts'
import { toBeliefsView, toSweepView } from '../../services/runs/views.ts'
import { restartFailed } from '../../services/sweeps/failed-trials.ts'
import { addPoint, extendSweep, readSweepBeliefs } from '../../services/sweeps/sweep-trials.ts'
import type { HandlersOf } from '../bind.ts'
import { findSweep, toSubmissionView, withoutUndefined } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Handlers for sweeps. */
export function createSweepHandlers(deps: HandlerDeps): HandlersOf<typeof sweepRoutes> {
  const { store } = deps
  const readSweepView = async (id: string, locale: Locale) =>
    await toSweepView(store, await findSweep(store, id), locale)

  return {
    listSweeps: async ({ query, locale }) => {
      const { project, trash, ...page } = query
      const projectId = project === undefined ? undefined : (await findProject(store.read, project)).id
      const sweeps = await store.read.sweeps.list(withoutUndefined({ ...page, projectId, isDeleted: trash }))
      return await Promise.all(sweeps.map((sweep) => toSweepView(store, sweep, locale)))
    },
    getSweep: async ({ param, locale }) => await toSweepView(store, await findSweep(store, param('sweep')), locale),
    changeSweep: async ({ param, body, locale }) => {
      const sweep = await findSweep(store, param('sweep'))
      await changeSweep(deps, sweep, withoutUndefined(body))
      return await readSweepView(sweep.id, locale)
    },
    deleteSweep: async ({ param }) => ({ changed: await deleteSweep(deps, await findSweep(store, param('sweep'))) }),
    restoreSweep: async ({ param }) => ({ changed: await restoreSweep(deps, await findSweep(store, param('sweep'))) }),
    stopSweep: async ({ param }) => {
      await stopSweep(deps, await findSweep(store, param('sweep')))
      return { stopping: true }
    },
    pauseSweep: async ({ param, body, locale }) => {
      const sweep = await findSweep(store, param('sweep'))
      await pauseSweep(deps, sweep, body.keepRunning)
      return await readSweepView(sweep.id, locale)
    },
    resumeSweep: async ({ param, locale }) => {
      const sweep = await findSweep(store, param('sweep'))
      await resumeSweep(deps, sweep)
      return await readSweepView(sweep.id, locale)
    },
    getBeliefs: async ({ param }) => {
      const sweep = await findSweep(store, param('sweep'))
      return toBeliefsView(sweep, await readSweepBeliefs(deps, sweep))
    },
    extendSweep: async ({ param, body, locale }) => {
      const sweep = await findSweep(store, param('sweep'))
      await extendSweep(deps, sweep, body.trials)
      return await readSweepView(sweep.id, locale)
    },
    addPoint: async ({ param, body }) =>
      await addPoint(deps, await findSweep(store, param('sweep')), body.params as ValueMap),
    restartFailed: async ({ param, body }) => ({
      changed: await restartFailed(deps, await findSweep(store, param('sweep')), withoutUndefined(body)),
    }),
    restartSweep: async ({ param, body, creation }) =>
      toSubmissionView(
        deps,
        await restartSweep(deps, await findSweep(store, param('sweep')), { request: body, creation }),
      ),
  }
}
