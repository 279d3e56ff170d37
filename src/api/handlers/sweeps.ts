import type { Locale } from '../../contract/messages/messages.ts'
import type { sweepRoutes } from '../../contract/routes/sweeps.ts'
import type { ValueMap } from '../../contract/values.ts'
import type { Caller } from '../../core/access/caller.ts'
import { findSweep } from '../../services/lookup.ts'
import {
  changeSweep,
  deleteSweep,
  pauseSweep,
  restoreSweep,
  resumeSweep,
  stopSweep,
} from '../../services/runs/controls.ts'
import { restartSweep } from '../../services/runs/derivations.ts'
import { toSweepInsightView, toSweepView } from '../../services/runs/views.ts'
import { restartFailed } from '../../services/sweeps/failed-trials.ts'
import { addPoint, extendSweep, readSweepInsights } from '../../services/sweeps/sweep-trials.ts'
import type { HandlersOf } from '../bind.ts'
import { actingWith, toProjectScope, toSubmissionView, withoutUndefined } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Creates the handlers for sweeps. */
export function createSweepHandlers(deps: HandlerDeps): HandlersOf<typeof sweepRoutes> {
  const act = actingWith(deps)
  const { store } = deps
  const readSweepView = async (caller: Caller, id: string, locale: Locale) =>
    await toSweepView(store, await findSweep(store.read, caller, id), locale)

  return {
    listSweeps: async ({ query, locale, caller }) => {
      const { project, trash, ...page } = query
      const projects = await toProjectScope(store.read, caller, project)
      const sweeps = await store.read.sweeps.list(withoutUndefined({ ...page, projects, isDeleted: trash }))
      return await Promise.all(sweeps.map((sweep) => toSweepView(store, sweep, locale)))
    },
    getSweep: async ({ param, locale, caller }) =>
      await toSweepView(store, await findSweep(store.read, caller, param('sweep')), locale),
    changeSweep: async ({ param, body, locale, caller }) => {
      const sweep = await findSweep(store.read, caller, param('sweep'))
      await changeSweep(act(caller), sweep, withoutUndefined(body))
      return await readSweepView(caller, sweep.id, locale)
    },
    deleteSweep: async ({ param, caller }) => ({
      changed: await deleteSweep(act(caller), await findSweep(store.read, caller, param('sweep'))),
    }),
    restoreSweep: async ({ param, caller }) => ({
      changed: await restoreSweep(act(caller), await findSweep(store.read, caller, param('sweep'))),
    }),
    stopSweep: async ({ param, caller }) => {
      await stopSweep(act(caller), await findSweep(store.read, caller, param('sweep')))
      return { stopping: true }
    },
    pauseSweep: async ({ param, body, locale, caller }) => {
      const sweep = await findSweep(store.read, caller, param('sweep'))
      await pauseSweep(act(caller), sweep, body.keepRunning)
      return await readSweepView(caller, sweep.id, locale)
    },
    resumeSweep: async ({ param, locale, caller }) => {
      const sweep = await findSweep(store.read, caller, param('sweep'))
      await resumeSweep(act(caller), sweep)
      return await readSweepView(caller, sweep.id, locale)
    },
    getBeliefs: async ({ param, caller }) => {
      const sweep = await findSweep(store.read, caller, param('sweep'))
      return toSweepInsightView(sweep, await readSweepInsights(act(caller), sweep))
    },
    extendSweep: async ({ param, body, locale, caller }) => {
      const sweep = await findSweep(store.read, caller, param('sweep'))
      await extendSweep(act(caller), sweep, body.trials)
      return await readSweepView(caller, sweep.id, locale)
    },
    addPoint: async ({ param, body, caller }) =>
      await addPoint(act(caller), await findSweep(store.read, caller, param('sweep')), body.params as ValueMap),
    restartFailed: async ({ param, body, caller }) => ({
      changed: await restartFailed(
        act(caller),
        await findSweep(store.read, caller, param('sweep')),
        withoutUndefined(body),
      ),
    }),
    restartSweep: async ({ param, body, creation, caller }) =>
      toSubmissionView(
        deps,
        await restartSweep(act(caller), await findSweep(store.read, caller, param('sweep')), {
          request: body,
          creation,
        }),
      ),
  }
}
