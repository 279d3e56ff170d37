import { useMemo } from 'react'

import type { SeriesView } from '../../../../../src/contract/charts.ts'
import type { RunDetailView } from '../../../../../src/contract/run.ts'
import { useSeriesOfSeen } from '../../../api/charts.ts'
import { metricOn } from '../../../charts/lines/lines.ts'
import type { DrawnRun } from '../../../charts/lines/panel-lines.ts'
import { changeQuery, usePageAddress } from '../../../state/location.ts'
import { readList, writeList } from '../../../state/query-lists.ts'
import { useSeenNames } from '../../../ui/render-when-visible.tsx'
import { toDrawnRuns } from '../../runs/charts/drawn-runs.ts'
import { rangeOf, readRunsState, writeRunsState } from '../../runs/runs-state.ts'
import type { RunsState } from '../../runs/runs-state.ts'
import { sectionsOf } from './metric-sections.ts'
import type { MetricSection } from './metric-sections.ts'
import { restartTimes } from './restart-times.ts'

/** The x axis of the charts of a run unless the address names one. */
export type DefaultAxis = 'step' | 'relative'

/** The state of the charts of a run, and functions that change the part of the state that is in the address. */
export interface MetricChartsState {
  readonly state: RunsState
  readonly change: (patch: Partial<RunsState>) => void
  /** The metrics that the search finds, in sections. */
  readonly sections: readonly MetricSection[]
  readonly isFolded: (section: string) => boolean
  readonly toggleFolded: (section: string) => void
  /** Series by metric, for the metrics whose charts have been in sight and others of the same requests. */
  readonly series: ReadonlyMap<string, readonly SeriesView[]>
  readonly error: Error | undefined
  readonly addSeen: (metric: string) => void
  readonly drawn: readonly DrawnRun[]
}

/**
 * Reads the state of the charts of a run from the address, and the series of the metrics whose charts have been in
 * sight.
 */
export function useMetricCharts(
  run: RunDetailView,
  metrics: readonly string[],
  { axis, search }: { readonly axis: DefaultAxis; readonly search: string },
): MetricChartsState {
  const { query } = usePageAddress()
  const addressState = readRunsState(query)
  const state = query.has('x') ? addressState : { ...addressState, axis }

  const folded = useMemo(() => readList(query, 'fold') ?? [], [query])
  const sections = useMemo(() => sectionsOf(metrics, search), [metrics, search])
  const shown = useMemo(
    () => sections.flatMap((section) => (folded.includes(section.name) ? [] : section.metrics)),
    [sections, folded],
  )

  const [seen, addSeen] = useSeenNames()
  const { series, error } = useSeriesOfSeen(run.number, shown, {
    seen,
    across: metricOn(state.axis),
    range: rangeOf(state),
  })

  const drawn = useMemo(() => [{ ...toDrawnRuns([run])[0]!, restarts: restartTimes(run.attempts) }], [run])

  return {
    state,
    change: (patch) => {
      const next = { ...state, ...patch }
      changeQuery({ ...writeRunsState(next), x: next.axis === axis ? null : next.axis })
    },
    sections,
    isFolded: (name) => folded.includes(name),
    toggleFolded: (name) =>
      changeQuery({
        fold: writeList(folded.includes(name) ? folded.filter((one) => one !== name) : [...folded, name]),
      }),
    series,
    error,
    addSeen,
    drawn,
  }
}
