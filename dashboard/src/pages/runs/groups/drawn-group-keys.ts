import type { GroupsView } from '../../../../../src/contract/charts.ts'

/** Largest number of groups that the charts draw. */
const DRAWN_GROUPS_MAX = 10

/**
 * Returns the groups that the charts draw, each as JSON of its keys: the ten with the most runs. The server chooses the
 * same ones for the lines of groups.
 */
export function drawnGroupKeys(groups: GroupsView['groups']): string[] {
  const named = groups.map(({ keys, n }) => ({ name: JSON.stringify(keys), n }))
  return named
    .toSorted((a, b) => b.n - a.n || (a.name < b.name ? -1 : 1))
    .slice(0, DRAWN_GROUPS_MAX)
    .map(({ name }) => name)
}
