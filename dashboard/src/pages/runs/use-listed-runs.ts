import { useMemo, useRef } from 'react'

import type { RunView } from '../../../../src/contract/run.ts'
import { useRunList } from '../../api/runs.ts'
import { carriedFields } from './columns.ts'
import { toRunListRequest } from './run-list-request.ts'
import type { RunsState } from './runs-state.ts'

/** The runs that the page lists, as far as they are loaded. */
export interface ListedRuns {
  /** The filter that the list was requested with. */
  readonly filter: string
  readonly isLoaded: boolean
  readonly error: Error | undefined
  /** Whether the runs are those of an earlier filter or order, until the requested ones arrive. */
  readonly isOutdated: boolean
  readonly isFetching: boolean
  readonly loadedAt: number
  readonly pages: readonly (readonly RunView[])[]
  readonly runs: readonly RunView[]
  readonly total: number
  /** Metrics and params in the filter or the order that no run has, each with the nearest existing name. */
  readonly hints: readonly string[]
  /** Fields that the rows of the first page carry. */
  readonly fields: string
  /** Whether more runs exist and none are being loaded. */
  readonly canLoadMore: boolean
  readonly loadMore: () => void
  readonly retry: () => void
  /** Reads the first page again. */
  readonly readAgain: () => void
}

/** Reads the runs of the list page by page. */
export function useListedRuns(project: string, state: RunsState): ListedRuns {
  const request = toRunListRequest(project, state)
  const list = useRunList(request, carriedFields)

  // A filter is invalid for a while as it is typed: the last valid list stays on the screen.
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
