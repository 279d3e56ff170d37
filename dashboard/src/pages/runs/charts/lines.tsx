import { useMemo } from 'react'
import type { ReactElement } from 'react'

import { useBands, useSeries } from '../../../api/charts.ts'
import { GroupPanel, RunPanel } from '../../../charts/lines/line-panel.tsx'
import { metricOn } from '../../../charts/lines/lines.ts'
import type { XAxis } from '../../../charts/lines/lines.ts'
import { ErrorNotice } from '../../../ui/error-notice.tsx'
import { rangeOf } from '../runs-state.ts'
import { toDrawnRuns } from './drawn-runs.ts'
import type { RunChartsProps } from './run-charts.tsx'

/** Properties of the line charts. `panels` are the metrics to draw, each in a panel of its own. */
type LinesProps = RunChartsProps & { readonly panels: readonly string[] }

/** A panel for each metric, with a line for each drawn run. */
export function RunLines(props: LinesProps): ReactElement[] {
  const { runs, total, state, panels, hovered, onHover, onChange } = props
  const xMetric = metricOn(state.axis)
  const metrics = xMetric === undefined || panels.length === 0 ? panels : [...new Set([...panels, xMetric])]
  const series = useSeries(
    runs.map(({ number }) => number),
    metrics,
    { range: rangeOf(state) },
  )
  const drawn = useMemo(() => toDrawnRuns(runs), [runs])

  if (series.error && !series.data)
    return [<ErrorNotice key="error" error={series.error} onRetry={() => void series.refetch()} />]

  return panels.map((metric) => (
    <RunPanel
      key={metric}
      metric={metric}
      runs={drawn}
      total={total}
      series={series.data ?? []}
      axis={state.axis as XAxis}
      smoothing={state.smoothing}
      zoom={state.zoom}
      onZoom={(zoom) => onChange({ zoom })}
      hovered={hovered}
      onHover={onHover}
      isReading={series.isPending || series.isPlaceholderData}
      isOpen={drawn.some((run) => run.isOpen)}
      settings={{ large: state.large, log: state.log, onChange }}
    />
  ))
}

/** A panel for each metric, with a line for the mean of each of the largest groups. The x axis is always the step. */
export function GroupLines({ project, filter, state, panels, hovered, onHover, onChange }: LinesProps): ReactElement[] {
  const bands = useBands({ project, filter, trash: state.isTrash, by: state.group, metrics: panels })

  return panels.map((metric) => (
    <GroupPanel
      key={metric}
      metric={metric}
      bands={bands.data?.bands}
      total={bands.data?.groupCount ?? 0}
      smoothing={state.smoothing}
      zoom={state.axis === 'step' ? state.zoom : undefined}
      onZoom={(zoom) => onChange({ zoom, axis: 'step' })}
      hovered={hovered}
      onHover={onHover}
      isReading={bands.isPending || bands.isPlaceholderData}
      settings={{ large: state.large, log: state.log, onChange }}
    />
  ))
}
