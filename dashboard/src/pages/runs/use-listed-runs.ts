import { useMemo, useRef } from 'react'

import type { RunView } from '../../../../src/contract/run.ts'
import { useRunList } from '../../api/runs.ts'
import { carriedFields } from './columns.ts'
import { toRunListRequest } from './run-list-request.ts'
import type { RunsState } from './runs-state.ts'

/** The runs that the page lists, as far as they are loaded. */
export interface ListedRuns {
  /** The filter of the request, which includes the chosen phases. */
  readonly filter: string
  readonly isLoaded: boolean
  readonly error: Error | undefined
  /** Whether `runs` are those of an earlier filter or order, because the requested ones are not loaded yet. */
  readonly isOutdated: boolean
  readonly isFetching: boolean
  /** Time of the latest answer, in milliseconds since 1970. */
  readonly loadedAt: number
  readonly pages: readonly (readonly RunView[])[]
  readonly runs: readonly RunView[]
  readonly total: number
  /**
   * Metrics and parameters in the filter or the sort order that no run has, as
   * `NAME → SIMILAR` if a similar name exists.
   */
  readonly hints: readonly string[]
  /** Parameters and metrics that the rows of the first page contain, separated by commas. */
  readonly fields: string
  /** Whether more runs exist and none are being loaded. */
  readonly canLoadMore: boolean
  readonly loadMore: () => void
  readonly retry: () => void
  /** Reads the first page again and removes the others, which scrolling loads again. */
  readonly readAgain: () => void
}

/** Reads the runs that match the state of the page, page by page. */
export function useListedRuns(project: string, state: RunsState): ListedRuns {
  const request = toRunListRequest(project, state)
  const list = useRunList(request, carriedFields)

  // A filter is often invalid while a person types it. Until it is valid again, the last valid list is shown.
  const lastGood = useRef(list.data)
  if (list.data) lastGood.current = list.data
  const data = list.data ?? (list.error ? lastGood.current : undefined)

  const pages = useMemo(() => data?.pages.map((page) => page.runs) ?? [], [data])
  const runs = useMemo(() => pages.flat(), [pages])
  const [firstPage] = pages
  const fields = useMemo(() => carriedFields(firstPage ?? []), [firstPage])

  return {
    filter: request.filter,
    isLoaded: data !== undefined,
    error: list.error ?? undefined,
    isOutdated: list.isPlaceholderData,
    isFetching: list.isFetching,
    loadedAt: list.dataUpdatedAt,
    pages,
    runs,
    total: data?.pages[0]?.total ?? runs.length,
    hints: data?.pages[0]?.hints ?? [],
    fields,
    canLoadMore: list.hasNextPage && !list.isFetching && !list.isFetchNextPageError,
    loadMore: () => void list.fetchNextPage(),
    retry: () => void list.refetch(),
    readAgain: list.readAgain,
  }
}
