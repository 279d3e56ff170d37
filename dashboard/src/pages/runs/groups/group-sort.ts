import type { RunsState, SortKey } from '../runs-state.ts'

/** Returns the sort key of the groups: the first key in the address that is a column here, else the number of runs. */
export function groupSort(
  { sort, group }: Pick<RunsState, 'sort' | 'group'>,
  metricColumns: readonly string[],
): SortKey {
  const key = sort.find(({ field }) => field === 'n' || group.includes(field) || metricColumns.includes(field))
  return key ?? { field: 'n', isDescending: true }
}

/**
 * Returns the sort key after a click on a head: the other direction of the same field. A new field begins with the
 * largest number, or with the first text.
 */
export function nextGroupSort(current: SortKey, field: string, isNumber: boolean): SortKey {
  return { field, isDescending: current.field === field ? !current.isDescending : isNumber }
}
