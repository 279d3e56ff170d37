import type { ReactElement } from 'react'

import { changeQuery } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import { AxisMenu, SmoothingMenu } from '../../runs/charts/menus.tsx'
import type { MetricChartsState } from './use-metric-charts.ts'

/** Menus of the charts of a run, a field that searches the metrics by name, and the number of charts. */
export function ChartToolbar({
  charts: { state, change, sections },
  metrics,
  search,
}: {
  readonly charts: MetricChartsState
  readonly metrics: readonly string[]
  readonly search: string
}): ReactElement {
  const foundCount = sections.reduce((sum, section) => sum + section.metrics.length, 0)

  return (
    <div className="toolbar">
      <AxisMenu state={state} metrics={metrics} onChange={change} />
      <SmoothingMenu state={state} onChange={change} />
      {metrics.length > 1 && (
        <input
          className="field"
          type="search"
          aria-label={t('find_metric')}
          placeholder={t('find_metric')}
          value={search}
          onChange={(event) => changeQuery({ find: event.target.value || null })}
        />
      )}
      <span className="dim small">{t('charts_of', { n: foundCount, total: metrics.length })}</span>
    </div>
  )
}
