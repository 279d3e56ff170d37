import type { Query } from '../../../src/contract/endpoints.ts'
import { withoutEmpty } from './without-empty.ts'

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

/** Returns the query of `listRuns` for a page of a run list: the first page, with the total, or a further one. */
export function toRunListQuery({ fields, trash, ...rest }: RunListRequest, page?: FurtherPage): Query {
  const shared = { ...rest, trash: trash || undefined }
  return withoutEmpty(
    page
      ? { ...shared, limit: FURTHER_PAGE_ROWS, cursor: page.cursor, fields: page.fields }
      : { ...shared, limit: FIRST_PAGE_ROWS, count: true, fields },
  )
}
