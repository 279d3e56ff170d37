import type { GroupsView } from '../../../../../src/contract/charts.ts'

/** Number of groups that the charts draw. */
const DRAWN_GROUPS_MAX = 10

/** Returns the groups that the charts draw, as JSON of their keys: the largest ones, as the server picks them. */
export function drawnGroupKeys(groups: GroupsView['groups']): string[] {
  const named = groups.map(({ keys, n }) => ({ name: JSON.stringify(keys), n }))
  return named
    .toSorted((a, b) => b.n - a.n || (a.name < b.name ? -1 : 1))
    .slice(0, DRAWN_GROUPS_MAX)
    .map(({ name }) => name)
}
