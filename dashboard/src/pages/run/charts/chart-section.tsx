import type { ReactElement } from 'react'

import type { SeriesView } from '../../../../../src/contract/charts.ts'
import { RunPanel } from '../../../charts/lines/line-panel.tsx'
import type { XAxis } from '../../../charts/lines/lines.ts'
import { t } from '../../../texts/texts.ts'
import { Icon } from '../../../ui/icons.tsx'
import { RenderWhenVisible } from '../../../ui/render-when-visible.tsx'
import css from './chart-section.module.css'
import type { MetricSection } from './metric-sections.ts'
import type { MetricChartsState } from './use-metric-charts.ts'

const NO_SERIES: readonly SeriesView[] = []

/**
 * A section of the charts of a run, under a heading that folds it. The only section of a run (`isOnly`) has no heading.
 */
export function ChartSection({
  section: { name, metrics },
  charts,
  isOnly,
  isOpen,
}: {
  readonly section: MetricSection
  readonly charts: MetricChartsState
  readonly isOnly: boolean
  /** Whether the run may still get points. */
  readonly isOpen: boolean
}): ReactElement {
  const { state, change, series, addSeen, drawn } = charts
  const isFolded = charts.isFolded(name)

  return (
    <section aria-label={name === '' ? t('charts') : name}>
      {!isOnly && (
        <h2 className={css.heading}>
          <button
            type="button"
            className="btn bare"
            aria-expanded={!isFolded}
            onClick={() => charts.toggleFolded(name)}
          >
            <Icon name={isFolded ? 'right' : 'down'} size={13} />
            {name === '' ? t('without_prefix') : name} <span className="dim small">{metrics.length}</span>
          </button>
        </h2>
      )}
      {!isFolded && (
        <div className="plates charts two">
          {metrics.map((metric) => (
            <RenderWhenVisible key={metric} name={metric} onSee={addSeen}>
              <RunPanel
                metric={metric}
                runs={drawn}
                total={1}
                series={series.get(metric) ?? NO_SERIES}
                axis={state.axis as XAxis}
                smoothing={state.smoothing}
                zoom={state.zoom}
                onZoom={(zoom) => change({ zoom })}
                isReading={!series.has(metric)}
                isOpen={isOpen}
                settings={{ large: state.large, log: state.log, onChange: change }}
              />
            </RenderWhenVisible>
          ))}
        </div>
      )}
    </section>
  )
}
