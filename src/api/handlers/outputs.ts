import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { outputRoutes } from '../../contract/routes/outputs.ts'
import { findRun } from '../../services/lookup.ts'
import type { HandlersOf } from '../bind.ts'
import { downloadResponse } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Creates the handlers for output files. */
export function createOutputHandlers(deps: HandlerDeps): HandlersOf<typeof outputRoutes> {
  const { store } = deps

  return {
    listArtifacts: async ({ param, caller }) =>
      await store.read.outputs.list((await findRun(store.read, caller, param('run'))).id),
    getArtifact: async ({ param, query, caller }) => {
      const run = await findRun(store.read, caller, param('run'))
      // Only listed files can be read: the path must equal a listed one. The output store also refuses paths outside
      // the outputs folder.
      const listed = (await store.read.outputs.list(run.id)).find((item) => item.path === query.path)
      const bytes = listed && (await deps.outputs.open(run, listed.path))
      if (!bytes) throw new AppError('not_found', { what: phrase('thing_file', { name: query.path, run: run.number }) })
      return downloadResponse(bytes, listed.path)
    },
  }
}
