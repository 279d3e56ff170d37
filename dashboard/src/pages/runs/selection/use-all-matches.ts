import { useState } from 'react'

/**
 * Keeps whether all runs that match the filter are selected, not only the ticked ones. This ends when no run is ticked
 * or the filter changes.
 */
export function useAllMatches(
  filter: string,
  selectedCount: number,
): { readonly isAll: boolean; readonly selectAll: () => void } {
  const [allFilter, setAllFilter] = useState<string | undefined>()
  const isAll = allFilter === filter && selectedCount > 0
  if (allFilter !== undefined && !isAll) setAllFilter(undefined)

  return { isAll, selectAll: () => setAllFilter(filter) }
}
