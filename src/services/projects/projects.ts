import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import { DEFAULT_PROJECT } from '../../contract/project.ts'
import type { Direction, SavedViewDefinition } from '../../contract/project.ts'
import { parseFilter, parseSort } from '../../core/filter/parse-filter.ts'
import { actorOf } from '../../core/access/caller.ts'
import type { Acting, Caller } from '../../core/access/caller.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Stores, Store } from '../../core/ports/store.ts'
import type { Project } from '../../core/records/project.ts'
import { refuseEmptied, requestSweepStop } from '../runs/controls.ts'
import { createOnce } from '../creations.ts'
import type { Creation } from '../creations.ts'
import { findProject } from '../lookup.ts'

/** The parts that the use cases of projects need. */
export interface ProjectDeps extends Acting {
  readonly store: Store
}

/** Creates a project. Throws AppError `conflict` for a name that is in use, also by a project in the trash. */
export async function createProject(
  { store, by }: ProjectDeps,
  creation: Creation,
  { name, description }: { name: string; description: string },
): Promise<Project> {
  return await store.write((stores) =>
    createOnce(stores, creation, {
      find: () => stores.projects.get(creation.id),
      make: async () => {
        await refuseTaken(stores, name)
        const project = await stores.projects.insert({ id: creation.id, name, description })
        await stores.events.append([{ kind: 'project.created', actor: actorOf(by), data: { project: name } }])
        return project
      },
    }),
  )
}

/**
 * Changes the name or description of a project. Throws AppError `not_found`, and `conflict` for a name that is in use
 * or for renaming the default project.
 */
export async function changeProject(
  { store, by }: ProjectDeps,
  reference: string,
  patch: { name?: string; description?: string },
): Promise<Project> {
  return await store.write(async (stores) => {
    const project = await findProject(stores, by, reference)
    if (patch.name !== undefined && patch.name !== project.name) {
      if (project.id === DEFAULT_PROJECT.id) throw new AppError('conflict', { detail: phrase('default_name') })
      await refuseTaken(stores, patch.name)
    }

    await stores.projects.update(project.id, patch)
    await stores.events.append([{ kind: 'project.changed', actor: actorOf(by), data: { project: project.name } }])
    return (await stores.projects.get(project.id))!
  })
}

async function refuseTaken(stores: Stores, name: string): Promise<void> {
  const taken = await stores.projects.getByName(name)
  if (taken)
    throw new AppError('conflict', {
      detail: phrase(taken.deletedAt === null ? 'project_taken' : 'project_taken_trash', { project: name }),
    })
}

/** Sets whether a metric of a project is better when it is higher or lower; null removes the direction. */
export async function setDirection(
  { store, by }: ProjectDeps,
  reference: string,
  metric: string,
  direction: Direction | null,
): Promise<Project> {
  return await store.write(async (stores) => {
    const project = await findProject(stores, by, reference)
    await stores.projects.setDirection(project.id, metric, direction)
    return project
  })
}

/**
 * Creates or replaces a saved view. Throws FilterError for a filter or an order that cannot be parsed, since the saved
 * view would fail later.
 */
export async function putView(
  { store, by }: ProjectDeps,
  reference: string,
  name: string,
  definition: SavedViewDefinition,
): Promise<Project> {
  if (definition.filter !== '') parseFilter(definition.filter)
  parseSort(definition.sort)

  return await store.write(async (stores) => {
    const project = await findProject(stores, by, reference)
    await stores.savedViews.putView(project.id, name, definition)
    return project
  })
}

/** Removes a saved view. Throws AppError `not_found`. */
export async function removeView({ store, by }: ProjectDeps, reference: string, name: string): Promise<Project> {
  return await store.write(async (stores) => {
    const project = await findProject(stores, by, reference)
    if (!(await stores.savedViews.removeView(project.id, name)))
      throw new AppError('not_found', { what: phrase('thing_view', { name: name }) })
    return project
  })
}

/**
 * Stops all runs and sweeps of a project and moves the project to the trash with them, in one transaction. Returns the
 * number of moved runs (`changed`), and the runs and sweeps that the caller must nudge. Throws AppError `conflict` for
 * the default project.
 */
export async function deleteProject(
  { store, clock, by }: ProjectDeps & { readonly clock: Clock },
  reference: string,
): Promise<{ changed: number; runIds: string[]; sweepIds: string[] }> {
  return await store.write(async (stores) => {
    const project = await findProject(stores, by, reference)
    if (project.id === DEFAULT_PROJECT.id) throw new AppError('conflict', { detail: phrase('default_kept') })

    const deletedAt = clock.now()
    const runIds = await stores.runTrash.setDeleted({ projectId: project.id }, { deletedAt })
    for (const id of runIds) await stores.runRequests.requestStop({ id }, 'user')

    const stopped = await stopSweepsOf(stores, by, project.id)
    await stores.sweeps.setDeleted({ projectId: project.id }, { deletedAt })
    await stores.projects.update(project.id, { deletedAt })

    await stores.events.append([{ kind: 'project.deleted', actor: actorOf(by), data: { project: project.name } }])

    return { changed: runIds.length, runIds: [...new Set([...runIds, ...stopped.runIds])], sweepIds: stopped.sweepIds }
  })
}

/** Stops the running sweeps of a project with all their trials, including trials that were moved to another project. */
async function stopSweepsOf(
  stores: Stores,
  by: Caller,
  projectId: string,
): Promise<{ runIds: string[]; sweepIds: string[] }> {
  const runIds: string[] = []
  const sweepIds: string[] = []
  for (const id of await stores.sweeps.listUnfinished()) {
    const sweep = await stores.sweeps.get(id)
    if (sweep?.projectId !== projectId || sweep.phase !== 'running') continue
    runIds.push(...(await requestSweepStop(stores, by, sweep)))
    sweepIds.push(id)
  }
  return { runIds, sweepIds }
}

/**
 * Takes a project out of the trash, with the runs and sweeps that were moved there together with it. Returns the number
 * of runs. Throws AppError `conflict` if the trash has been emptied since.
 */
export async function restoreProject({ store, by }: ProjectDeps, reference: string): Promise<{ changed: number }> {
  return await store.write(async (stores) => {
    const project = await findProject(stores, by, reference, { inTrash: true })
    await refuseEmptied(stores, project)

    const went = { restored: true, onlyDeletedAt: project.deletedAt! } as const
    await stores.projects.update(project.id, { deletedAt: null })
    await stores.sweeps.setDeleted({ projectId: project.id }, went)
    const runIds = await stores.runTrash.setDeleted({ projectId: project.id }, went)

    await stores.events.append([{ kind: 'project.restored', actor: actorOf(by), data: { project: project.name } }])
    return { changed: runIds.length }
  })
}
