import { AppError } from '../contract/errors.ts'
import { phrase } from '../contract/fields.ts'
import { parseReferenceNumber } from '../contract/ids.ts'
import { DEFAULT_PROJECT } from '../contract/project.ts'
import { includesProject, mayReadRun, readableProjects } from '../core/access/caller.ts'
import type { Caller } from '../core/access/caller.ts'
import type { Stores } from '../core/ports/store.ts'
import type { Project } from '../core/records/project.ts'
import type { Run } from '../core/records/run.ts'
import type { Sweep } from '../core/records/sweep.ts'

/** Finds a run by number or id. Throws AppError `not_found`, also for a run that the caller may not read. */
export async function findRun({ runs }: Stores, by: Caller, text: string): Promise<Run> {
  const number = parseReferenceNumber(text)
  const run = number === undefined ? await runs.get(text) : await runs.getByNumber(number)
  if (!run || !mayReadRun(by, run)) throw new AppError('not_found', { what: phrase('thing_run', { name: text }) })
  return run
}

/** Finds a sweep by number or id. Throws AppError `not_found`, also for a sweep that the caller may not read. */
export async function findSweep({ sweeps }: Stores, by: Caller, text: string): Promise<Sweep> {
  const number = parseReferenceNumber(text)
  const sweep = number === undefined ? await sweeps.get(text) : await sweeps.getByNumber(number)
  if (!sweep || !includesProject(readableProjects(by), sweep.projectId))
    throw new AppError('not_found', { what: phrase('thing_sweep', { name: text }) })
  return sweep
}

/**
 * Returns the project with the name or id `reference`; the default project if `reference` is undefined. With `inTrash`,
 * finds only projects in the trash, otherwise only the others. Throws AppError `not_found`, also for a project that the
 * caller may not read.
 */
export async function findProject(
  stores: Stores,
  by: Caller,
  reference: string | undefined,
  { inTrash = false } = {},
): Promise<Project> {
  const named = reference === undefined ? undefined : await stores.projects.getByName(reference)
  const project = named ?? (await stores.projects.get(reference ?? DEFAULT_PROJECT.id))
  const isReadable = project !== undefined && includesProject(readableProjects(by), project.id)
  if (!isReadable || (project.deletedAt !== null) !== inTrash)
    throw new AppError('not_found', {
      what: phrase(inTrash ? 'thing_trashed' : 'thing_project', { name: reference ?? DEFAULT_PROJECT.name }),
    })
  return project
}
