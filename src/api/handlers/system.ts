import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import { parseReferenceNumber } from '../../contract/ids.ts'
import { toJsonSchema } from '../../contract/json-schema.ts'
import { detailText } from '../../contract/messages/messages.ts'
import { toOpenApi } from '../../contract/openapi.ts'
import type { systemRoutes } from '../../contract/routes/system.ts'
import { includesProject, mayReadRun, readableProjects } from '../../core/access/caller.ts'
import type { HandlersOf } from '../bind.ts'
import type { HandlerDeps } from './shared.ts'

/** Creates the handlers for the server itself. */
export function createSystemHandlers(deps: HandlerDeps): HandlersOf<typeof systemRoutes> {
  const { store } = deps

  return {
    health: async () => ({ name: 'hagane', version: deps.version, status: 'ok' }),
    openapi: async () => toOpenApi(deps.version),
    doctor: async ({ query, locale }) =>
      (await deps.examine(query.deep ?? false)).map((one) => ({
        ...one,
        detail: typeof one.detail === 'string' ? one.detail : detailText(locale, one.detail),
      })),
    getLanguage: async () => toJsonSchema(),
    resolve: async ({ param, caller }) => {
      const number = parseReferenceNumber(param('number')) ?? -1
      const run = await store.read.runs.getByNumber(number)
      if (run && mayReadRun(caller, run)) return { kind: 'run', number }
      const sweep = await store.read.sweeps.getByNumber(number)
      if (sweep && includesProject(readableProjects(caller), sweep.projectId)) return { kind: 'sweep', number }
      throw new AppError('not_found', { what: phrase('thing_number', { name: param('number') }) })
    },
    shutdown: async () => {
      deps.shutdown()
      return { stopping: true }
    },
  }
}
