import { memo, useMemo } from 'react'
import type { ReactElement } from 'react'

import type { Directions } from '../../../../../src/contract/project.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import { EmptyChart } from '../../../charts/empty-chart.tsx'
import { t } from '../../../texts/texts.ts'
import { RenderWhenVisible, useSeenNames } from '../../../ui/render-when-visible.tsx'
import { SplitCharts } from '../../../ui/split.tsx'
import { isRunOpen } from '../runs-state.ts'
import type { RunsState } from '../runs-state.ts'
import { GroupBars, RunBars } from './bar-panel.tsx'
import { drawableFields, metricsOf } from './drawn-runs.ts'
import { GroupLines, RunLines } from './lines.tsx'
import { AxisMenu, DrawnMenu, PanelMenu, SmoothingMenu } from './menus.tsx'
import { ScatterPanel } from './scatter-panel.tsx'

const PANELS_MAX = 6

/** Properties of the charts beside the run table. */
export interface RunChartsProps {
  readonly project: string
  readonly filter: string
  /** Runs to draw while runs are not grouped. */
  readonly runs: readonly RunView[]
  /** Runs of the first three pages of the list. Their fields are offered for bars and the scatter plot. */
  readonly listed: readonly RunView[]
  /** Number of runs that match the filter. */
  readonly total: number
  readonly directions: Directions
  readonly state: Pick<
    RunsState,
    'axis' | 'smoothing' | 'panels' | 'drawn' | 'zoom' | 'scatter' | 'bars' | 'group' | 'isTrash' | 'large' | 'log'
  >
  /** Id of the run under the pointer or, with groups, the JSON of the keys of the group; undefined for none. */
  readonly hovered: string | undefined
  readonly onHover: (id: string | undefined) => void
  readonly onChange: (patch: Partial<RunsState>) => void
}

/**
 * The charts beside the run table: a line chart for each chosen metric (by default the six that most runs have), bars
 * and a scatter plot. While runs are grouped, lines and bars show groups, and there is no scatter plot.
 */
export const RunCharts = memo(function RunCharts(props: RunChartsProps): ReactElement {
  const { runs, listed } = props
  const metrics = useMemo(() => metricsOf(runs), [runs])
  const fields = useMemo(() => drawableFields(listed), [listed])
  const panels = props.state.panels ?? metrics.slice(0, PANELS_MAX)

  return (
    <SplitCharts>
      {listed.length > 0 && (
        <>
          <ChartTools {...props} metrics={metrics} panels={panels} />
          {panels.length === 0 && fields.length === 0 ? (
            <EmptyChart text={t(runs.some(({ phase }) => isRunOpen(phase)) ? 'no_points' : 'no_points_ended')} />
          ) : (
            <Panels {...props} panels={panels} fields={fields} />
          )}
        </>
      )}
    </SplitCharts>
  )
})

/**
 * The menus above the charts: x axis, smoothing, number of drawn runs, and metrics with a panel. While runs are
 * grouped, there is no menu for the x axis and the number.
 */
function ChartTools({
  project,
  state,
  metrics,
  panels,
  onChange,
}: RunChartsProps & { readonly metrics: readonly string[]; readonly panels: readonly string[] }): ReactElement {
  const isGrouped = state.group.length > 0

  return (
    <div className="toolbar">
      {!isGrouped && <AxisMenu state={state} metrics={metrics} onChange={onChange} />}
      <SmoothingMenu state={state} onChange={onChange} />
      {!isGrouped && <DrawnMenu drawn={state.drawn} onChange={(drawn) => onChange({ drawn, selected: [] })} />}
      <span className="grow" />
      <PanelMenu project={project} panels={panels} onChange={(chosen) => onChange({ panels: chosen })} />
    </div>
  )
}

function Panels(
  props: RunChartsProps & { readonly panels: readonly string[]; readonly fields: readonly string[] },
): ReactElement {
  const { panels, fields } = props
  const isGrouped = props.state.group.length > 0
  const [, addSeen] = useSeenNames()

  return (
    <div className="plates charts">
      {isGrouped ? <GroupLines {...props} panels={panels} /> : <RunLines {...props} panels={panels} />}
      {fields.length > 0 && (isGrouped ? <GroupBars {...props} /> : <RunBars {...props} />)}
      {fields.length > 1 && !isGrouped && (
        <RenderWhenVisible name="scatter" onSee={addSeen}>
          <ScatterPanel {...props} />
        </RenderWhenVisible>
      )}
    </div>
  )
}
