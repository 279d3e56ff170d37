import type { Query } from '../../../src/contract/endpoints.ts'
import { withoutEmpty } from './without-empty.ts'

/** Number of rows on the first page of a run list. Small, so that the first rows appear soon. */
export const FIRST_PAGE_ROWS = 60
/** Number of rows on each further page, which is loaded ahead of scrolling. */
const FURTHER_PAGE_ROWS = 200

/**
 * A request for a page after the first: the cursor from the page before, and the params and metrics that the rows
 * contain, separated by commas.
 */
export interface FurtherPage {
  readonly cursor: string
  readonly fields: string
}

/**
 * Parameters of a request for a run list. `fields` applies to the first page only; `FurtherPage.fields` to the others.
 */
export interface RunListRequest {
  readonly project: string
  readonly trash: boolean
  readonly filter: string
  readonly sort: string
  readonly fields: string
}

/**
 * Returns the query of the route `listRuns` for one page of a run list: without `page` the first page, which has the
 * total number of runs, otherwise a further page.
 */
export function toRunListQuery({ fields, trash, ...rest }: RunListRequest, page?: FurtherPage): Query {
  const shared = { ...rest, trash: trash || undefined }
  return withoutEmpty(
    page
      ? { ...shared, limit: FURTHER_PAGE_ROWS, cursor: page.cursor, fields: page.fields }
      : { ...shared, limit: FIRST_PAGE_ROWS, count: true, fields },
  )
}
