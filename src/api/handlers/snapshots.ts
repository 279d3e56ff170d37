import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { snapshotRoutes } from '../../contract/routes/snapshots.ts'
import { createSnapshot, findMissing, readManifest } from '../../services/code/snapshots.ts'
import { toIso } from '../../services/runs/views.ts'
import type { HandlersOf } from '../bind.ts'
import { downloadResponse } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Creates the handlers for code: blobs and snapshots. */
export function createSnapshotHandlers(deps: HandlerDeps): HandlersOf<typeof snapshotRoutes> {
  const { store, code } = deps

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
  }
}
