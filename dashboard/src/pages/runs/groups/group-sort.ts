import type { RunsState, SortKey } from '../runs-state.ts'

/**
 * Returns the sort key of the table of groups: the first key in `sort` that is a column of this table; by default `n`,
 * the number of runs, the largest first.
 */
export function groupSort(
  { sort, group }: Pick<RunsState, 'sort' | 'group'>,
  metricColumns: readonly string[],
): SortKey {
  const key = sort.find(({ field }) => field === 'n' || group.includes(field) || metricColumns.includes(field))
  return key ?? { field: 'n', isDescending: true }
}

/**
 * Returns the sort key after a click on a head. The field of `current` is reversed; another field starts descending if
 * it is a number, ascending if it is text.
 */
export function nextGroupSort(current: SortKey, field: string, isNumber: boolean): SortKey {
  return { field, isDescending: current.field === field ? !current.isDescending : isNumber }
}
