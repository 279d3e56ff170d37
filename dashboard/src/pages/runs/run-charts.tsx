import { memo, useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import type { RunView } from '../../../../src/contract/run.ts'
import { useBands, useGroups, useNames, useRunPage, useSeries } from '../../api/queries.ts'
import { Bars } from '../../charts/bars.tsx'
import type { Bar } from '../../charts/bars.tsx'
import { EmptyChart } from '../../charts/empty-chart.tsx'
import { GroupPanel, RunPanel } from '../../charts/line-panel.tsx'
import { metricOn } from '../../charts/lines.ts'
import type { XAxis } from '../../charts/lines.ts'
import type { DrawnRun } from '../../charts/panel-lines.ts'
import { Scatter } from '../../charts/scatter.tsx'
import { runLabels } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { CheckboxRow, ChoiceMenu, Menu } from '../../ui/controls.tsx'
import { RenderWhenVisible, useSeenNames } from '../../ui/render-when-visible.tsx'
import { Panel } from '../../ui/panel.tsx'
import { looksOf } from '../../ui/run-look.tsx'
import { ErrorNotice } from '../../ui/states.tsx'
import { cellOf, columnFor, parseColumn, variedParams } from './columns.ts'
import type { Directions } from '../../../../src/contract/project.ts'
import { FieldSelect } from './field-select.tsx'
import { drawnGroupKeys } from './group-table.tsx'
import { AXES, DRAWN_CHOICES, isRunOpen, rangeOf } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

const PANELS_MAX = 6
const SMOOTHINGS = [0, 0.3, 0.6, 0.8, 0.9, 0.97] as const

export interface RunChartsProps {
  readonly project: string
  readonly filter: string
  /** Runs that are drawn. */
  readonly runs: readonly RunView[]
  /** Runs of the first pages of the list. Their fields are offered for bars and scatter plot. */
  readonly listed: readonly RunView[]
  readonly total: number
  readonly directions: Directions
  readonly state: Pick<
    RunsState,
    'axis' | 'smoothing' | 'panels' | 'drawn' | 'zoom' | 'scatter' | 'bars' | 'group' | 'isTrash' | 'large' | 'log'
  >
  readonly hovered: string | undefined
  readonly onHover: (id: string | undefined) => void
  readonly onChange: (patch: Partial<RunsState>) => void
}

/**
 * The charts beside the run table: lines of each metric, bars and a scatter plot, of the drawn runs or of groups of
 * runs.
 */
export const RunCharts = memo(function RunCharts(props: RunChartsProps): ReactElement {
  const { runs, listed, state, onChange } = props
  const metrics = useMemo(() => metricsOf(runs), [runs])
  const panels = state.panels ?? metrics.slice(0, PANELS_MAX)
  const fields = useMemo(() => drawableFields(listed), [listed])
  const [, addSeen] = useSeenNames()

  if (listed.length === 0) return <aside className="right" aria-label={t('charts')} />

  return (
    <aside className="right" aria-label={t('charts')}>
      <div className="ctools">
        {state.group.length === 0 && <AxisMenu state={state} metrics={metrics} onChange={onChange} />}
        <SmoothingMenu state={state} onChange={onChange} />
        {state.group.length === 0 && (
          <ChoiceMenu
            label={t('first_n', { n: state.drawn })}
            choices={DRAWN_CHOICES.map((choice) => [choice, t('first_n', { n: choice })] as const)}
            value={state.drawn}
            onChoose={(drawn) => onChange({ drawn, selected: [] })}
          />
        )}
        <span className="grow" />
        <Menu label={t('panels')} icon="plus">
          <PanelPicker project={props.project} panels={panels} onChange={(chosen) => onChange({ panels: chosen })} />
        </Menu>
      </div>
      {panels.length === 0 && fields.length === 0 ? (
        <EmptyChart text={t(runs.some(({ phase }) => isRunOpen(phase)) ? 'no_points' : 'no_points_ended')} />
      ) : (
        <div className="plates charts">
          {state.group.length > 0 ? <GroupLines {...props} panels={panels} /> : <RunLines {...props} panels={panels} />}
          {fields.length > 0 && <BarPanel {...props} fields={fields} />}
          {fields.length > 1 && state.group.length === 0 && (
            <RenderWhenVisible name="scatter" onSee={addSeen}>
              <ScatterPanel {...props} fields={fields} />
            </RenderWhenVisible>
          )}
        </div>
      )}
    </aside>
  )
})

/** Turns runs into what panels draw, with distinct names. */
export function toDrawnRuns(runs: readonly RunView[]): DrawnRun[] {
  const labels = runLabels(runs)
  return runs.map(({ id, number, phase }) => ({ id, number, name: labels.get(number)!, isOpen: isRunOpen(phase) }))
}

type PanelsProps = RunChartsProps & { readonly panels: readonly string[] }

function RunLines({ runs, total, state, panels, hovered, onHover, onChange }: PanelsProps): ReactElement[] {
  const xMetric = metricOn(state.axis)
  const series = useSeries(
    runs.map(({ number }) => number),
    xMetric === undefined || panels.length === 0 ? panels : [...new Set([...panels, xMetric])],
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

function GroupLines({ project, filter, state, panels, hovered, onHover, onChange }: PanelsProps): ReactElement[] {
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

type FigureProps = RunChartsProps & { readonly fields: readonly string[] }

/** Bars of one field: its value in each drawn run, or its mean in each group. */
function BarPanel(props: FigureProps): ReactElement {
  return props.state.group.length > 0 ? <GroupBars {...props} /> : <RunBars {...props} />
}

function RunBars(props: FigureProps): ReactElement {
  const { runs, directions } = props
  const field = barField(props)
  const looks = looksOf(runs.map(({ id }) => id))
  const labels = runLabels(runs)
  const bars = runs.flatMap((run): Bar[] => {
    const value = cellOf(run, field, directions)
    return typeof value === 'number'
      ? [{ key: run.id, label: labels.get(run.number)!, look: looks.get(run.id), value }]
      : []
  })

  return (
    <BarChartPanel {...props} field={field} bars={bars} note={t('drawn_of', { n: bars.length, total: props.total })} />
  )
}

const GROUP_BARS_MAX = 20

function GroupBars(props: FigureProps): ReactElement {
  const { project, filter, state } = props
  const field = barField(props)
  const { data } = useGroups({ project, filter, trash: state.isTrash, by: state.group, columns: [field] })
  const groups = (data?.groups ?? []).slice(0, GROUP_BARS_MAX)
  const looks = looksOf(drawnGroupKeys(data?.groups ?? []))
  const bars = groups.flatMap(({ keys, n, values: [spread] }): Bar[] => {
    const key = JSON.stringify(keys)
    if (spread?.mean === null || spread?.mean === undefined) return []

    return [
      {
        key,
        label: `${keys.map((text) => text ?? t('missing')).join(' · ')} (${n})`,
        look: looks.get(key),
        value: spread.mean,
        ...(spread.n > 1 && { sd: spread.sd ?? 0 }),
      },
    ]
  })

  return (
    <BarChartPanel
      {...props}
      field={field}
      bars={bars}
      note={`${t('drawn_of', { n: bars.length, total: data?.groupCount ?? 0 })} · ${t('mean_sd')}`}
    />
  )
}

function barField({ state, fields }: FigureProps): string {
  return state.bars ?? fields[0]!
}

function BarChartPanel({
  project,
  fields,
  field,
  bars,
  note,
  hovered,
  onHover,
  onChange,
}: FigureProps & { field: string; bars: readonly Bar[]; note: string }): ReactElement {
  return (
    <Panel
      title={t('bars')}
      note={note}
      data={
        bars.length > 0
          ? () => ({ head: [t('run'), field, t('std')], rows: bars.map(({ label, value, sd }) => [label, value, sd]) })
          : undefined
      }
      acts={
        <FieldSelect
          project={project}
          label={t('figure')}
          value={field}
          fields={fields}
          onChange={(chosen) => onChange({ bars: chosen })}
        />
      }
    >
      <Bars bars={bars} hovered={hovered} onHover={onHover} label={t('bars_label', { field, n: bars.length })} />
    </Panel>
  )
}

/** Number of runs in the scatter plot. */
const SCATTER_MAX = 1_000

function ScatterPanel({
  project,
  filter,
  runs,
  total,
  directions,
  state,
  fields,
  hovered,
  onHover,
  onChange,
}: FigureProps): ReactElement {
  const [x, y] = state.scatter ?? [fields[1] ?? fields[0]!, fields[0]!]
  const carriedFields = [x, y].filter((field) => parseColumn(field).kind !== 'other').join(',') || 'number'
  const { data } = useRunPage({
    project,
    filter,
    trash: state.isTrash || undefined,
    limit: SCATTER_MAX,
    fields: carriedFields,
  })

  return (
    <Scatter
      runs={data?.runs}
      drawn={runs}
      total={total}
      x={x}
      y={y}
      directions={directions}
      acts={
        <>
          <FieldSelect
            project={project}
            label={t('y_axis')}
            value={y}
            fields={fields}
            onChange={(field) => onChange({ scatter: [x, field] })}
          />{' '}
          ×{' '}
          <FieldSelect
            project={project}
            label={t('x_axis')}
            value={x}
            fields={fields}
            onChange={(field) => onChange({ scatter: [field, y] })}
          />
        </>
      }
      hovered={hovered}
      onHover={onHover}
    />
  )
}

/** Fields of runs that can be drawn: their metrics, then the numeric parameters that differ. */
function drawableFields(runs: readonly RunView[]): string[] {
  const numbers = variedParams(runs).filter((name) => runs.some(({ params }) => typeof params[name] === 'number'))
  return [
    ...metricsOf(runs).map((name) => columnFor('metric', name)),
    ...numbers.map((name) => columnFor('param', name)),
  ]
}

const OFFERED_MAX = 60

interface PanelPickerProps {
  readonly project: string
  readonly panels: readonly string[]
  readonly onChange: (panels: readonly string[]) => void
}

function PanelPicker({ project, panels, onChange }: PanelPickerProps): ReactElement {
  const { data } = useNames(project)
  const [search, setSearch] = useState('')
  const names = [...new Set([...panels, ...(data?.metrics ?? []).map(({ name }) => name)])]
  const found = names.filter((name) => !name.startsWith('system.') && name.toLowerCase().includes(search.toLowerCase()))

  return (
    <div className="picker">
      <input
        className="field"
        aria-label={t('find_metric')}
        placeholder={t('find_metric')}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <ul>
        {found.slice(0, OFFERED_MAX).map((name) => (
          <CheckboxRow
            key={name}
            name={name}
            isOn={panels.includes(name)}
            onToggle={() => onChange(panels.includes(name) ? panels.filter((one) => one !== name) : [...panels, name])}
          />
        ))}
        {found.length > OFFERED_MAX && (
          <li className="dim small">{t('and_more', { n: found.length - OFFERED_MAX })}</li>
        )}
      </ul>
    </div>
  )
}

interface AxisMenuProps {
  readonly state: Pick<RunsState, 'axis'>
  /** Metrics that can be the x axis. */
  readonly metrics: readonly string[]
  readonly onChange: (patch: Partial<RunsState>) => void
}

/** A menu of the x axis: steps, time, or a metric. */
export function AxisMenu({ state, metrics, onChange }: AxisMenuProps): ReactElement {
  const axes = [...AXES, ...metrics.slice(0, OFFERED_MAX).map((name) => `m.${name}`)]

  return (
    <ChoiceMenu
      label={
        <>
          x <span className="dim">{axisName(state.axis)}</span>
        </>
      }
      choices={axes.map((axis) => [axis, axisName(axis)] as const)}
      value={state.axis}
      onChoose={(axis) => onChange({ axis, zoom: undefined })}
    />
  )
}

function axisName(axis: string): string {
  const namedAxis = AXES.find((one) => one === axis)
  return namedAxis ? t(`axis_${namedAxis}`) : (metricOn(axis) ?? axis)
}

/** A menu of the weight of the exponential moving average that smooths lines. */
export function SmoothingMenu({
  state,
  onChange,
}: {
  readonly state: Pick<RunsState, 'smoothing'>
  readonly onChange: (patch: Pick<RunsState, 'smoothing'>) => void
}): ReactElement {
  const nameOf = (weight: number): string => (weight === 0 ? t('none') : `EMA ${weight}`)

  return (
    <ChoiceMenu
      label={
        <>
          {t('smoothing')} <span className="dim">{nameOf(state.smoothing)}</span>
        </>
      }
      choices={SMOOTHINGS.map((weight) => [weight, nameOf(weight)] as const)}
      value={state.smoothing}
      onChoose={(smoothing) => onChange({ smoothing })}
    />
  )
}

/** Metrics of runs, the most common first, without `system.*`, which have a tab of their own. */
export function metricsOf(runs: readonly RunView[]): string[] {
  const counts = new Map<string, number>()
  for (const { metrics } of runs)
    for (const name of Object.keys(metrics))
      if (!name.startsWith('system.')) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name)
}
