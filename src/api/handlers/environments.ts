import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { environmentRoutes } from '../../contract/routes/environments.ts'
import { removeEnvironment } from '../../services/environments.ts'
import { toEnvironmentView } from '../../services/runs/views.ts'
import type { HandlersOf } from '../bind.ts'
import type { HandlerDeps } from './shared.ts'

/** Creates the handlers for environments. */
export function createEnvironmentHandlers(deps: HandlerDeps): HandlersOf<typeof environmentRoutes> {
  const { store } = deps
  /** Returns the environment whose hash begins with `hash`. Throws AppError `not_found` if none or several match. */
  const findEnvironment = async (hash: string) => {
    const found = (await store.read.environments.list()).filter((item) => item.hash.startsWith(hash))
    if (found.length !== 1) throw new AppError('not_found', { what: phrase('thing_environment', { name: hash }) })
    return found[0]!
  }

  return {
    listEnvironments: async () =>
      await Promise.all((await store.read.environments.list()).map((item) => toEnvironmentView(store, item))),
    getEnvironment: async ({ param }) => await toEnvironmentView(store, await findEnvironment(param('hash'))),
    removeEnvironment: async ({ param }) => {
      const environment = await findEnvironment(param('hash'))
      await removeEnvironment(deps, environment)
      return await toEnvironmentView(store, await findEnvironment(environment.hash))
    },
  }
}
