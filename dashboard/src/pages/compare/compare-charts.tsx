import { useMemo } from 'react'
import type { ReactElement } from 'react'

import type { RunDetailView } from '../../../../src/contract/run.ts'
import { useSeries } from '../../api/charts.ts'
import { RunPanel } from '../../charts/lines/line-panel.tsx'
import type { PanelSettings } from '../../charts/lines/line-panel.tsx'
import { changeQuery, usePageAddress } from '../../state/location.ts'
import { readList, writeList } from '../../state/query-lists.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { SplitCharts } from '../../ui/split.tsx'
import { metricsOf, toDrawnRuns } from '../runs/charts/drawn-runs.ts'

const CHARTS_MAX = 4

/** Charts of the four metrics that the largest number of runs have, with a line for each run. */
export function CompareCharts({ runs }: { readonly runs: readonly RunDetailView[] }): ReactElement {
  const metrics = metricsOf(runs).slice(0, CHARTS_MAX)
  const series = useSeries(
    runs.map(({ number }) => number),
    metrics,
  )
  const drawn = useMemo(() => toDrawnRuns(runs), [runs])
  const settings = usePanelSettings()

  return (
    <SplitCharts>
      {series.error && !series.data && <ErrorNotice error={series.error} onRetry={() => void series.refetch()} />}
      <div className="plates charts">
        {metrics.map((metric) => (
          <RunPanel
            key={metric}
            metric={metric}
            runs={drawn}
            total={runs.length}
            series={series.data ?? []}
            axis="step"
            smoothing={0}
            isReading={series.isPending}
            isOpen={drawn.some((run) => run.isOpen)}
            settings={settings}
          />
        ))}
      </div>
    </SplitCharts>
  )
}

/**
 * Returns which panels are large and which have a logarithmic axis, from the address, and a function that changes this.
 */
function usePanelSettings(): PanelSettings {
  const { query } = usePageAddress()

  return {
    large: readList(query, 'large') ?? [],
    log: readList(query, 'log') ?? [],
    onChange: ({ large, log }) =>
      changeQuery({ ...(large && { large: writeList(large) }), ...(log && { log: writeList(log) }) }),
  }
}
