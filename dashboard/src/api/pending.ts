import { useQueryClient } from '@tanstack/react-query'
import type { Query } from '@tanstack/react-query'

/** Returns functions that cancel the requests of the page that have no data yet, and that send them again. */
export function usePendingRequests(): { readonly cancel: () => void; readonly retry: () => void } {
  const queries = useQueryClient()
  return {
    cancel: () => void queries.cancelQueries({ type: 'active', predicate: hasNoData }),
    retry: () => void queries.refetchQueries({ type: 'active', predicate: hasNoData }),
  }
}

/** Whether a query has not received any data yet. */
function hasNoData({ state }: Query): boolean {
  return state.data === undefined
}
