import { toQuery } from '../../api/to-query.ts'
import { requestedFields } from './columns.ts'
import { filterOf } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

/** Number of rows on the first page: small, because a person waits for it. */
export const FIRST_PAGE_ROWS = 60
/** Number of rows on each further page, which is loaded ahead of scrolling. */
const FURTHER_PAGE_ROWS = 200

/** A request for a further page: its cursor, and the fields that the rows of the first page carry. */
export interface FurtherPage {
  readonly cursor: string
  readonly fields: string
}

/** The part of the request that all pages of a run list share. */
export interface RunListRequest {
  readonly project: string
  readonly trash: boolean
  readonly filter: string
  readonly sort: string
  readonly fields: string
}

/** Returns the request of the run list for a state of the page. */
export function toRunListRequest(project: string, state: RunsState): RunListRequest {
  return {
    project,
    trash: state.isTrash,
    filter: filterOf(state),
    sort: state.sort.map(({ field, isDescending }) => `${isDescending ? '-' : ''}${field}`).join(','),
    fields: requestedFields(state),
  }
}

/** Returns the path of the API for a page of a run list: the first page, with the total, or a further one. */
export function runsPath({ fields, trash, ...rest }: RunListRequest, page?: FurtherPage): string {
  const shared = { ...rest, trash: trash || undefined }
  return `/runs${toQuery(
    page
      ? { ...shared, limit: FURTHER_PAGE_ROWS, cursor: page.cursor, fields: page.fields }
      : { ...shared, limit: FIRST_PAGE_ROWS, count: true, fields },
  )}`
}
