import type { SavedViewView } from '../../../../src/contract/project.ts'
import type { BodyInputOf } from '../../../../src/contract/routes/all.ts'
import { addressOf, filterOf, readRunsState, writeSort } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

/** Number of columns that the API stores with a saved view. The address of the view contains all of them. */
const COLUMNS_MAX = 100

/** Returns a view that is saved: the whole state but the selection as an address, and parts of it for other tools. */
export function toViewBody(state: RunsState): BodyInputOf<'putView'> {
  return {
    filter: filterOf(state),
    sort: writeSort(state.sort),
    columns: (state.columns ?? []).slice(0, COLUMNS_MAX),
    address: addressOf({ ...state, selected: [] }),
  }
}

/**
 * Returns the state that a saved view opens. A view saved by the dashboard has an address with the whole state; a view
 * saved by another tool has a filter, an order and columns only.
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
