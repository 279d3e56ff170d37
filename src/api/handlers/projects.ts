import type { projectRoutes } from '../../contract/routes/projects.ts'
import type { Project } from '../../core/records/project.ts'
import {
  changeProject,
  createProject,
  deleteProject,
  findProject,
  putView,
  removeView,
  restoreProject,
  setDirection,
} from '../../services/projects/projects.ts'
import { emptyTrash } from '../../services/projects/trash.ts'
import { toIso, toProjectView } from '../../services/runs/views.ts'
import type { HandlersOf } from '../bind.ts'
import { withoutUndefined } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Handlers for projects, their saved views, and the trash. */
export function createProjectHandlers(deps: HandlerDeps): HandlersOf<typeof projectRoutes> {
  const { store, nudges } = deps
  const viewsOf = async ({ id }: Project) =>
    (await store.read.projects.listViews(id)).map((view) => ({ ...view, createdAt: toIso(view.createdAt) }))

  return {
    listProjects: async ({ query }) =>
      await Promise.all((await store.read.projects.list(query.trash)).map((project) => toProjectView(store, project))),
    createProject: async ({ body, creation }) => await toProjectView(store, await createProject(store, creation, body)),
    getProject: async ({ param }) => await toProjectView(store, await findProject(store.read, param('project'))),
    changeProject: async ({ param, body }) =>
      await toProjectView(store, await changeProject(store, param('project'), withoutUndefined(body))),
    deleteProject: async ({ param }) => {
      const { changed, runIds, sweepIds } = await deleteProject(deps, param('project'))
      for (const id of runIds) nudges.run(id)
      for (const id of sweepIds) nudges.sweep(id)
      return { changed }
    },
    restoreProject: async ({ param }) => await restoreProject(store, param('project')),
    setDirection: async ({ param, body }) =>
      await toProjectView(store, await setDirection(store, param('project'), param('name'), body.direction)),
    listViews: async ({ param }) => await viewsOf(await findProject(store.read, param('project'))),
    putView: async ({ param, body }) => await viewsOf(await putView(store, param('project'), param('name'), body)),
    deleteView: async ({ param }) => await viewsOf(await removeView(store, param('project'), param('name'))),
    emptyTrash: async () => {
      const emptied = await emptyTrash(deps)
      nudges.janitor()
      return emptied
    },
  }
}
