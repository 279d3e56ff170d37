import { infiniteQueryOptions } from '@tanstack/react-query'

import type { RunPageView } from '../../../src/contract/routes.ts'
import { call } from '../api/client.ts'
import { fieldsOf } from './columns.ts'
import { runsPath } from './runs-path.ts'
import type { Further, RunsListed } from './runs-path.ts'

/**
 * The query of a run list, page by page. Events of the server do not refresh it: rows would move under the pointer, and
 * hundreds of pages would be read again.
 */
export function runsQuery(listed: RunsListed) {
  return infiniteQueryOptions({
    queryKey: ['list', listed],
    queryFn: async ({ pageParam, signal }) => await call<RunPageView>(runsPath(listed, pageParam), { signal }),
    initialPageParam: undefined as Further | undefined,
    getNextPageParam: (page: RunPageView, pages: readonly RunPageView[]) =>
      page.next === null ? undefined : { cursor: page.next, fields: fieldsOf(pages[0]!.runs) },
    refetchOnWindowFocus: false,
    // Comparing a long page with the one it replaces costs more than drawing it again.
    structuralSharing: false,
  })
}
