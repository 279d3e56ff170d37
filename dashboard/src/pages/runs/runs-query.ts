import { infiniteQueryOptions } from '@tanstack/react-query'

import type { RunPageView } from '../../../../src/contract/routes.ts'
import { call } from '../../api/client.ts'
import { carriedFields } from './columns.ts'
import { runsPath } from './runs-path.ts'
import type { FurtherPage, RunListRequest } from './runs-path.ts'

/**
 * The query of a run list, page by page. Events of the server do not refresh it: rows would move under the pointer, and
 * hundreds of pages would be read again.
 */
export function runsQuery(listed: RunListRequest) {
  return infiniteQueryOptions({
    queryKey: ['list', listed],
    queryFn: async ({ pageParam, signal }) => await call<RunPageView>(runsPath(listed, pageParam), { signal }),
    initialPageParam: undefined as FurtherPage | undefined,
    getNextPageParam: (page: RunPageView, pages: readonly RunPageView[]) =>
      page.next === null ? undefined : { cursor: page.next, fields: carriedFields(pages[0]!.runs) },
    refetchOnWindowFocus: false,
    // Comparing a long page with the one it replaces costs more than drawing it again.
    structuralSharing: false,
  })
}
