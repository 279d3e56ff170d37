import { useMemo, useState } from 'react'

import { useCounts } from '../../api/charts.ts'
import { useDirections } from '../../api/projects.ts'
import { FIRST_PAGE_ROWS } from '../../api/run-list-query.ts'
import { useHasIdled } from '../../state/idle.ts'
import { defaultColumns, showsBest } from './columns.ts'
import { useCountChange } from './use-count-change.ts'
import { useDrawnRuns } from './use-drawn-runs.ts'
import { useListedRuns } from './use-listed-runs.ts'
import { useRunsState } from './use-runs-state.ts'

/** The state and the data of the page of runs. */
export type RunsPage = ReturnType<typeof useRunsPage>

/** Reads the state of the page of runs from the address, and the data for it from the server. */
export function useRunsPage(project: string) {
  const [state, change] = useRunsState()
  const [hovered, setHovered] = useState<string | undefined>()
  const list = useListedRuns(project, state)

  // Counts, directions and charts are loaded once the rows have been drawn, so that the rows appear sooner.
  const hasIdled = useHasIdled(list.isLoaded)
  const counts = useCounts({ project, filter: state.filter.trim(), trash: state.isTrash || undefined }, hasIdled)
  const directions = useDirections(project, hasIdled || showsBest(state))

  const { runs } = list
  const columns = useMemo(
    () => state.columns ?? defaultColumns(runs.slice(0, FIRST_PAGE_ROWS), state.sort),
    [state.columns, state.sort, runs],
  )

  // A list in use is not read again by itself: its rows would move below the pointer, or
  // a list scrolled far down would jump to its start.
  const isInUse = hovered !== undefined || list.pages.length > 2
  const countChange = useCountChange(list, { counts, phases: state.phases, isInUse })

  return {
    project,
    state,
    change,
    hovered,
    setHovered,
    list,
    hasIdled,
    counts: counts.data,
    directions,
    columns,
    isInUse,
    countChange,
    ...useDrawnRuns(project, list, state),
  }
}
