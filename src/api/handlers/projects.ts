import type { projectRoutes } from '../../contract/routes/projects.ts'
import { readableProjects } from '../../core/access/caller.ts'
import type { Project } from '../../core/records/project.ts'
import { findProject } from '../../services/lookup.ts'
import {
  changeProject,
  createProject,
  deleteProject,
  putView,
  removeView,
  restoreProject,
  setDirection,
} from '../../services/projects/projects.ts'
import { emptyTrash } from '../../services/projects/trash.ts'
import { toIso, toProjectView } from '../../services/runs/views.ts'
import type { HandlersOf } from '../bind.ts'
import { actingWith, withoutUndefined } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Creates the handlers for projects, their saved views, and the trash. */
export function createProjectHandlers(deps: HandlerDeps): HandlersOf<typeof projectRoutes> {
  const act = actingWith(deps)
  const { store, nudges } = deps
  const viewsOf = async ({ id }: Project) =>
    (await store.read.savedViews.listViews(id)).map((view) => ({ ...view, createdAt: toIso(view.createdAt) }))

  return {
    listProjects: async ({ query, caller }) => {
      const projects = await store.read.projects.list(readableProjects(caller), query.trash)
      return await Promise.all(projects.map((project) => toProjectView(store, project)))
    },
    createProject: async ({ body, creation, caller }) =>
      await toProjectView(store, await createProject(act(caller), creation, body)),
    getProject: async ({ param, caller }) =>
      await toProjectView(store, await findProject(store.read, caller, param('project'))),
    changeProject: async ({ param, body, caller }) =>
      await toProjectView(store, await changeProject(act(caller), param('project'), withoutUndefined(body))),
    deleteProject: async ({ param, caller }) => {
      const { changed, runIds, sweepIds } = await deleteProject(act(caller), param('project'))
      for (const id of runIds) nudges.run(id)
      for (const id of sweepIds) nudges.sweep(id)
      return { changed }
    },
    restoreProject: async ({ param, caller }) => await restoreProject(act(caller), param('project')),
    setDirection: async ({ param, body, caller }) =>
      await toProjectView(store, await setDirection(act(caller), param('project'), param('name'), body.direction)),
    listViews: async ({ param, caller }) => await viewsOf(await findProject(store.read, caller, param('project'))),
    putView: async ({ param, body, caller }) =>
      await viewsOf(await putView(act(caller), param('project'), param('name'), body)),
    deleteView: async ({ param, caller }) =>
      await viewsOf(await removeView(act(caller), param('project'), param('name'))),
    emptyTrash: async () => {
      const emptied = await emptyTrash(deps)
      nudges.janitor()
      return emptied
    },
  }
}
