import type { UseQueryResult } from '@tanstack/react-query'
import { useEffect, useEffectEvent } from 'react'

import type { CountsView } from '../../../../src/contract/charts.ts'
import { countInPhases } from './phase-count.ts'
import type { ListedRuns } from './use-listed-runs.ts'

/**
 * Returns how many more runs (below 0: fewer) match the filter now than when the list was read; 0 while this cannot be
 * compared. Reads the list again if the number has changed and the list is not in use.
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
  // Runs once for each new count, not for each change of the difference. If the list and the count always differed, the
  // list would be read again for ever.
  useEffect(() => readIfChanged(), [counts.dataUpdatedAt, isInUse])

  return countChange
}
