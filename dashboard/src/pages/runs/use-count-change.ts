import type { UseQueryResult } from '@tanstack/react-query'
import { useEffect, useEffectEvent } from 'react'

import type { CountsView } from '../../../../src/contract/charts.ts'
import { countInPhases } from './phase-count.ts'
import type { ListedRuns } from './use-listed-runs.ts'

/**
 * Returns by how many runs the list is out of date: how many more (or, below 0, fewer) match now than when it was read.
 * While the list is not in use, it is read again by itself.
 */
export function useCountChange(
  list: ListedRuns,
  {
    counts,
    phases,
    isInUse,
  }: { readonly counts: UseQueryResult<CountsView>; readonly phases: readonly string[]; readonly isInUse: boolean },
): number {
  const isComparable =
    !list.isOutdated && !list.isFetching && !counts.isPlaceholderData && counts.dataUpdatedAt >= list.loadedAt
  const countChange = isComparable && counts.data ? countInPhases(counts.data, phases) - list.total : 0

  const readIfChanged = useEffectEvent(() => {
    if (countChange !== 0 && !isInUse) list.readAgain()
  })
  // Once for each count: if the list and the count always differed, the list would be read again for ever.
  useEffect(() => readIfChanged(), [counts.dataUpdatedAt, isInUse])

  return countChange
}
