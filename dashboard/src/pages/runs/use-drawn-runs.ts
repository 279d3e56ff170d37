import { useMemo } from 'react'

import type { RunView } from '../../../../src/contract/run.ts'
import { useSelectedRuns } from '../../api/runs.ts'
import { drawnRuns } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'
import type { ListedRuns } from './use-listed-runs.ts'

interface DrawnRuns {
  /**
   * The runs of the first three pages. The charts use only these, so that
   * loading further pages does not change the charts.
   */
  readonly firstRuns: readonly RunView[]
  readonly selectedRuns: readonly RunView[]
  /** Runs that the charts draw. */
  readonly drawn: readonly RunView[]
}

/** Returns the runs that the charts beside the list use, and the selected runs. */
export function useDrawnRuns(
  project: string,
  { runs, pages: [first, second, third], fields }: Pick<ListedRuns, 'runs' | 'pages' | 'fields'>,
  { selected, drawn: drawnCount }: Pick<RunsState, 'selected' | 'drawn'>,
): DrawnRuns {
  const firstRuns = useMemo(() => [first, second, third].flatMap((page) => page ?? []), [first, second, third])
  const selectedRuns = useSelectedRuns(project, { runs, selected, fields })
  const drawn = useMemo(
    () => drawnRuns(firstRuns, { selected: selectedRuns, drawn: drawnCount }),
    [firstRuns, selectedRuns, drawnCount],
  )

  return { firstRuns, selectedRuns, drawn }
}
