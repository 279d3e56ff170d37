import type { SavedViewView } from '../../../../src/contract/project.ts'
import type { BodyInputOf } from '../../../../src/contract/routes/all.ts'
import { addressOf, filterOf, readRunsState, writeSort } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

/** Largest number of columns that the API accepts in a saved view. The address of the view contains all columns. */
const COLUMNS_MAX = 100

/**
 * Returns the content of a saved view. `address` contains the whole state except the selection. Filter, order and
 * columns are for programs other than the dashboard.
 */
export function toViewBody(state: RunsState): BodyInputOf<'putView'> {
  return {
    filter: filterOf(state),
    sort: writeSort(state.sort),
    columns: (state.columns ?? []).slice(0, COLUMNS_MAX),
    address: addressOf({ ...state, selected: [] }),
  }
}

/**
 * Returns the state that a saved view restores. A view saved by the dashboard has an address with the whole state; a
 * view saved by another program has only a filter, an order and columns.
 */
export function stateOfView({
  filter,
  sort,
  columns,
  address,
}: Pick<SavedViewView, 'filter' | 'sort' | 'columns' | 'address'>): RunsState {
  if (address !== '') return readRunsState(new URLSearchParams(address))
  return { ...readRunsState(new URLSearchParams({ sort })), filter, columns: columns.length > 0 ? columns : undefined }
}
