import { useMemo } from 'react'
import type { ReactElement } from 'react'

import { isTerminal } from '../../../../../src/contract/phases.ts'
import type { RunDetailView } from '../../../../../src/contract/run.ts'
import { usePageAddress } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import { ErrorNotice } from '../../../ui/error-notice.tsx'
import { metricsOf } from '../../runs/charts/drawn-runs.ts'
import { ChartSection } from './chart-section.tsx'
import { ChartToolbar } from './chart-toolbar.tsx'
import { useMetricCharts } from './use-metric-charts.ts'
import type { DefaultAxis, MetricChartsState } from './use-metric-charts.ts'

/** The tab of charts: a chart for each metric of a run, with menus and a search. */
export function MetricCharts({ run }: { readonly run: RunDetailView }): ReactElement {
  const metrics = useMemo(() => metricsOf([run]), [run])
  return <SearchedCharts run={run} metrics={metrics} axis="step" />
}

/** The tab of system metrics: charts of the use of processor, memory and GPU, which the metrics `system.*` record. */
export function SystemCharts({ run }: { readonly run: RunDetailView }): ReactElement {
  const metrics = useMemo(() => Object.keys(run.metrics).filter((name) => name.startsWith('system.')), [run])
  return <SearchedCharts run={run} metrics={metrics} axis="relative" />
}

/** Charts of some metrics of a run, without menus and search. */
export function ChartList({ run, metrics }: Omit<ChartsProps, 'axis'>): ReactElement {
  const charts = useMetricCharts(run, metrics, { axis: 'step', search: '' })
  return <ChartSections run={run} metrics={metrics} charts={charts} />
}

interface ChartsProps {
  readonly run: RunDetailView
  readonly metrics: readonly string[]
  readonly axis: DefaultAxis
}

function SearchedCharts({ run, metrics, axis }: ChartsProps): ReactElement {
  const { query } = usePageAddress()
  const search = query.get('find') ?? ''
  const charts = useMetricCharts(run, metrics, { axis, search })

  return (
    <>
      <ChartToolbar charts={charts} metrics={metrics} search={search} />
      <ChartSections run={run} metrics={metrics} charts={charts} />
    </>
  )
}

/**
 * A chart for each metric of a run that the search finds, in sections by the part of the name before the first `/`.
 * Points are loaded when a chart scrolls into sight.
 */
function ChartSections({
  run,
  metrics,
  charts,
}: Omit<ChartsProps, 'axis'> & { readonly charts: MetricChartsState }): ReactElement {
  const { sections, error } = charts
  const isEnded = isTerminal(run.phase)

  return (
    <>
      {error && <ErrorNotice error={error} />}
      {sections.length === 0 ? (
        <div className="panel grow">
          <p className="none">{t(metrics.length > 0 ? 'nothing_found' : isEnded ? 'no_metrics_ended' : 'no_points')}</p>
        </div>
      ) : (
        sections.map((section) => (
          <ChartSection
            key={section.name}
            section={section}
            charts={charts}
            isOnly={sections.length === 1}
            isOpen={!isEnded}
          />
        ))
      )}
    </>
  )
}
