import { infiniteQueryOptions } from '@tanstack/react-query'

import type { RunPageView } from '../../../src/contract/routes.ts'
import { call, toQuery } from '../api/client.ts'
import { filterOf } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

/** Rows of the first page, which is waited for, and of further ones, which are read ahead. */
export const PAGE = 60
const PAGE_FURTHER = 200

/** The runs that an address asks for, page by page. */
export function runsQuery(project: string, state: RunsState) {
  const filter = filterOf(state)
  const sort = state.sort.map(({ field, isDescending }) => `${isDescending ? '-' : ''}${field}`).join(',')
  return infiniteQueryOptions({
    queryKey: ['runs', 'list', { project, filter, sort }],
    queryFn: async ({ pageParam, signal }) =>
      await call<RunPageView>(
        `/runs${toQuery({ project, filter, sort, limit: pageParam === undefined ? PAGE : PAGE_FURTHER, cursor: pageParam, count: pageParam === undefined })}`,
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: RunPageView) => page.next ?? undefined,
    // Comparing long pages with what was there before costs more than drawing them.
    structuralSharing: false,
  })
}
