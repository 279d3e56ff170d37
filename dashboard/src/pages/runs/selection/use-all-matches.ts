import { useState } from 'react'

/**
 * Returns whether all runs that match the filter are selected, not only those with a checked checkbox, and a function
 * that selects all. `isAll` becomes false again when no run is selected or the filter changes.
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
