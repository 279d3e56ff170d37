import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import { removeEnvironment } from '../../services/environments.ts'
import { createSnapshot, findMissing, readManifest } from '../../services/code/snapshots.ts'
import { toEnvironmentView, toIso } from '../../services/runs/views.ts'
import type { Handlers } from '../bind.ts'
import { downloadResponse } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Handlers for code (blobs and snapshots) and for environments. */
export function createCodeHandlers(
  deps: HandlerDeps,
): Pick<
  Handlers,
  | 'findMissing'
  | 'putBlobs'
  | 'createSnapshot'
  | 'getSnapshot'
  | 'getBlob'
  | 'listEnvironments'
  | 'getEnvironment'
  | 'removeEnvironment'
> {
  const { store, code } = deps

  /** Finds an environment by its hash or by the beginning of it. Throws AppError `not_found`, also if several match. */
  const findEnvironment = async (hash: string) => {
    const found = (await store.read.environments.list()).filter((item) => item.hash.startsWith(hash))
    if (found.length !== 1) throw new AppError('not_found', { what: phrase('thing_environment', { name: hash }) })
    return found[0]!
  }

  return {
    findMissing: async ({ body }) => await findMissing(deps, body),
    putBlobs: async ({ bytes }) => ({ stored: await code.putAll(bytes) }),
    createSnapshot: async ({ body }) => {
      const snapshot = await createSnapshot(deps, body)
      return { ...snapshot, createdAt: toIso(snapshot.createdAt) }
    },
    getSnapshot: async ({ param }) => {
      const digest = param('digest')
      if (!(await store.read.snapshots.get(digest)))
        throw new AppError('not_found', { what: phrase('thing_snapshot', { name: digest }) })
      return await readManifest(code, digest)
    },
    getBlob: async ({ param }) => {
      const content = await code.read(param('digest'))
      if (!content) throw new AppError('not_found', { what: phrase('thing_content', { name: param('digest') }) })
      return downloadResponse(content, param('digest'))
    },
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
