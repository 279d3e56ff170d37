import { toQuery } from '../api/to-query.ts'
import { fieldsAsked } from './columns.ts'
import { filterOf } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

/** Rows of the first page, which is waited for, and of further ones, which are read ahead. */
export const PAGE = 60
const PAGE_FURTHER = 200

/** Where a list goes on, and what its rows have carried so far. */
export interface Further {
  readonly cursor: string
  readonly fields: string
}

/** What a list of runs is, whatever of it is read. */
export interface RunsListed {
  readonly project: string
  readonly trash: boolean
  readonly filter: string
  readonly sort: string
  readonly fields: string
}

export function runsListed(project: string, state: RunsState): RunsListed {
  return {
    project,
    trash: state.isTrash,
    filter: filterOf(state),
    sort: state.sort.map(({ field, isDescending }) => `${isDescending ? '-' : ''}${field}`).join(','),
    fields: fieldsAsked(state),
  }
}

/** The path of the API that answers with a page of it: the first one, or one further on. */
export function runsPath({ fields, trash, ...rest }: RunsListed, further?: Further): string {
  const listed = { ...rest, trash: trash || undefined }
  return `/runs${toQuery(
    further
      ? { ...listed, limit: PAGE_FURTHER, cursor: further.cursor, fields: further.fields }
      : { ...listed, limit: PAGE, count: true, fields },
  )}`
}
