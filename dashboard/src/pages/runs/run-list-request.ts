import type { RunListRequest } from '../../api/run-list-query.ts'
import { requestedFields } from './columns.ts'
import { filterOf, writeSort } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

/** Returns the request of the run list for a state of the page. */
export function toRunListRequest(project: string, state: RunsState): RunListRequest {
  return {
    project,
    trash: state.isTrash,
    filter: filterOf(state),
    sort: writeSort(state.sort),
    fields: requestedFields(state),
  }
}
