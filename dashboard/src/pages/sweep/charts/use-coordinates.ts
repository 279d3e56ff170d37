import { useMemo } from 'react'

import type { TrialsView } from '../../../../../src/contract/charts.ts'
import { toAxes, trialsInsideBrushes } from '../../../charts/parallel/parallel-axes.ts'
import type { Axis } from '../../../charts/parallel/parallel-axes.ts'
import { isBrushed, readParallelState, writeParallelState } from '../../../charts/parallel/parallel-state.ts'
import type { ParallelState } from '../../../charts/parallel/parallel-state.ts'
import type { Trial, TrialSet } from '../../../charts/trials.ts'
import { changeQuery, usePageAddress } from '../../../state/location.ts'
import { orderAxes } from './axis-order.ts'

/** The axes and brushes of the parallel coordinates of a sweep's trials. */
export interface Coordinates {
  /** Brushes, order and direction of the axes, as the address contains them. `save` replaces them there. */
  readonly state: ParallelState
  readonly save: (state: ParallelState) => void
  readonly axes: readonly Axis[]
  /** Whether at least one axis has a brush. */
  readonly hasBrush: boolean
  /** The trials inside the brushes; all trials if there is no brush. */
  readonly inside: readonly Trial[]
}

/** Returns the axes with the order, direction and brushes in the address, and the trials inside the brushes. */
export function useCoordinates(view: Pick<TrialsView, 'axes'>, set: TrialSet): Coordinates {
  const { query } = usePageAddress()
  const state = useMemo(() => readParallelState(query), [query])
  const { brushes, order, inverted } = state

  const axes = useMemo(
    () => orderAxes(toAxes(view.axes, set, new Set(inverted)), order),
    [view.axes, set, inverted, order],
  )

  const inside = useMemo(() => {
    const indices = trialsInsideBrushes(set.trials, axes, brushes)
    return set.trials.filter(({ index }) => indices.has(index))
  }, [set, axes, brushes])

  return {
    state,
    save: (next) => changeQuery(writeParallelState(next)),
    axes,
    hasBrush: isBrushed(state),
    inside,
  }
}
