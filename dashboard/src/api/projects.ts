import { useQuery } from '@tanstack/react-query'
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'

import type { Direction, Directions, ProjectView, SavedViewView } from '../../../src/contract/project.ts'
import { useAction } from './action.ts'
import { call } from './client.ts'
import { keys } from './keys.ts'

/** Reads all projects. Requests nothing while `isEnabled` is false. */
export function useProjects(isEnabled = true): UseQueryResult<ProjectView[]> {
  return useQuery({ queryKey: keys.allProjects, queryFn: () => call('listProjects'), enabled: isEnabled })
}

/**
 * Returns for each metric of a project whether higher or lower values are better. A metric without this setting has no
 * entry, and the result is empty until the projects are loaded. Requests nothing while `isEnabled` is false.
 */
export function useDirections(project: string, isEnabled: boolean): Directions {
  const { data } = useProjects(isEnabled)
  return data?.find(({ name }) => name === project)?.directions ?? NO_DIRECTIONS
}

const NO_DIRECTIONS: Directions = {}

/** Returns a mutation that sets whether higher or lower values of a metric are better; null removes the setting. */
export function useSetDirection(
  project: string,
): UseMutationResult<ProjectView, Error, { readonly name: string; readonly direction: Direction | null }> {
  return useAction(({ name, direction }) => call('setDirection', { params: { project, name }, body: { direction } }))
}

/** Reads the saved views of the run list of a project. */
export function useViews(project: string): UseQueryResult<SavedViewView[]> {
  return useQuery({
    queryKey: keys.savedViews(project),
    queryFn: () => call('listViews', { params: { project } }),
  })
}
