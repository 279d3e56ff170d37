import { useCallback, useMemo, useRef } from 'react'

import { changeQuery, usePageAddress } from '../../state/location.ts'
import { replacesHistoryStep } from './history-step.ts'
import { readRunsState, writeRunsState } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

/** Returns the state of the run list, which the address contains, and a function that changes parts of it. */
export function useRunsState(): [RunsState, (patch: Partial<RunsState>) => void] {
  const { query } = usePageAddress()
  const state = useMemo(() => readRunsState(query), [query])
  const typedAt = useRef(-Infinity)

  const change = useCallback((patch: Partial<RunsState>): void => {
    const now = performance.now()
    const replace = replacesHistoryStep(patch, now - typedAt.current)
    if ('filter' in patch) typedAt.current = now

    // The patch is applied to the state in the address, which may be newer than the rendered one.
    const current = readRunsState(new URLSearchParams(location.search))
    changeQuery(writeRunsState({ ...current, ...patch, ...('group' in patch && { unfolded: [] }) }), { replace })
  }, [])

  return [state, change]
}
