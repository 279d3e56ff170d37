import { lazy, Suspense, useState } from 'react'
import type { ReactElement } from 'react'

import type { BandView, SeriesView } from '../../../src/contract/charts.ts'
import { t } from '../texts/texts.ts'
import { IconButton } from '../ui/controls.tsx'
import { Panel } from '../ui/panel.tsx'
import type { PanelData } from '../ui/panel.tsx'
import { EmptyChart } from './empty-chart.tsx'
import type { Zoom } from './line-chart.tsx'
import type { XAxis } from './lines.ts'
import { useBandLines, useRunLines } from './panel-lines.ts'
import type { DrawnRun, PanelLine } from './panel-lines.ts'

const LineChart = lazy(async () => ({ default: (await import('./line-chart.tsx')).LineChart }))

export interface LinePanelProps {
  readonly metric: string
  readonly lines: readonly PanelLine[]
  /** Number of lines that could be drawn. */
  readonly total: number
  /** Text about the lines, in place of the number of points that each drawn value stands for. */
  readonly about?: string | undefined
  readonly axis: XAxis
  readonly smoothing: number
  readonly zoom?: Zoom | undefined
  readonly onZoom?: ((zoom: Zoom | undefined) => void) | undefined
  readonly hovered?: string | undefined
  readonly onHover?: ((key: string | undefined) => void) | undefined
  /** Whether the points have not arrived yet. */
  readonly isReading?: boolean
  /** Whether a drawn run may still get points. */
  readonly isOpen?: boolean
  /**
   * Which panels are large and which have a logarithmic axis, kept by the page in its address. Undefined: each panel
   * keeps its own choice.
   */
  readonly settings?: PanelSettings | undefined
}

/** Names of the metrics whose panels are large, and of those with a logarithmic axis. */
export interface PanelSettings {
  readonly large: readonly string[]
  readonly log: readonly string[]
  readonly onChange: (patch: { readonly large?: readonly string[]; readonly log?: readonly string[] }) => void
}

/**
 * The panel of one metric of several runs or groups, with its number of lines, a button for a logarithmic axis and one
 * to enlarge it.
 */
function LinePanel(props: LinePanelProps): ReactElement {
  const {
    metric,
    lines,
    total,
    about,
    axis,
    smoothing,
    zoom,
    onZoom,
    hovered,
    onHover,
    isReading = false,
    isOpen = true,
  } = props

  const [isLog, setLog] = usePanelSetting(props, 'log')
  const [isLarge, setLarge] = usePanelSetting(props, 'large')

  const points = lines.reduce((sum, line) => sum + line.points, 0)
  const buckets = lines.reduce((sum, line) => sum + line.rows.step.length, 0)
  const gaps = lines.reduce((sum, { nans }) => sum + nans, 0)
  const canLog = lines.every(({ rows }) => rows.min.every((value) => value === null || value > 0))
  const pointsPerBucket = buckets > 0 ? Math.round(points / buckets) : 1

  const note = [
    isReading ? '' : total > 1 || lines.length !== 1 ? t('drawn_of', { n: lines.length, total }) : '',
    about ??
      (pointsPerBucket > 1
        ? t('points_per_bucket', { n: pointsPerBucket })
        : lines.length === 1
          ? t('points_n', { n: points })
          : ''),
    gaps > 0 ? t('gaps_n', { n: gaps }) : '',
    smoothing > 0 ? `EMA ${smoothing}` : '',
    isLog && canLog ? t('log_axis') : '',
  ]

  return (
    <Panel
      title={metric}
      dataNote={pointsPerBucket > 1 ? t('buckets_of', { n: buckets, total: points }) : undefined}
      data={lines.length > 0 ? () => dataOf(lines) : undefined}
      className={isLarge ? 'line-panel large' : 'line-panel'}
      note={note.filter((part) => part !== '').join(' · ')}
      acts={
        <>
          {zoom && (
            <button type="button" className="btn bare small" onClick={() => onZoom?.(undefined)}>
              {t('show_all')}
            </button>
          )}
          <button
            type="button"
            className="btn bare small"
            aria-pressed={isLog && canLog}
            disabled={!canLog}
            title={canLog ? undefined : t('log_needs_positive')}
            onClick={() => setLog(!isLog)}
          >
            {t('log_axis')}
          </button>
          <IconButton
            name="zoom"
            label={t(isLarge ? 'make_small' : 'make_large')}
            isPressed={isLarge}
            onClick={() => setLarge(!isLarge)}
          />
        </>
      }
    >
      {lines.length === 0 ? (
        <EmptyChart text={t(isReading ? 'reading_points' : isOpen ? 'no_points' : 'no_points_ended')} />
      ) : (
        <Suspense fallback={<div className="chart" />}>
          <LineChart
            lines={lines}
            axis={axis}
            smoothing={smoothing}
            isLog={isLog && canLog}
            zoom={zoom}
            onZoom={onZoom}
            hovered={hovered}
            onHover={onHover}
            label={t('chart_label', { metric, n: lines.length })}
          />
        </Suspense>
      )}
    </Panel>
  )
}

/** The panel of one metric of several runs, a line each. */
export function RunPanel({
  runs,
  series,
  ...rest
}: Omit<LinePanelProps, 'lines'> & {
  readonly runs: readonly DrawnRun[]
  readonly series: readonly SeriesView[]
}): ReactElement {
  return <LinePanel {...rest} lines={useRunLines(runs, { metric: rest.metric, series, axis: rest.axis })} />
}

/** The panel of one metric of several groups of runs: a line for each mean, over steps. */
export function GroupPanel({
  bands,
  ...rest
}: Omit<LinePanelProps, 'lines' | 'axis' | 'about'> & {
  readonly bands: readonly BandView[] | undefined
}): ReactElement {
  return <LinePanel {...rest} lines={useBandLines(bands, rest.metric)} axis="step" about={t('mean_and_sd')} />
}

/**
 * Reads and sets whether this panel is large, or has a logarithmic axis: in the state of the page, or in the panel
 * itself where the page keeps none.
 */
function usePanelSetting(
  { metric, settings }: LinePanelProps,
  name: 'large' | 'log',
): [boolean, (isOn: boolean) => void] {
  const [own, setOwn] = useState(false)
  if (!settings) return [own, setOwn]
  const others = settings[name].filter((one) => one !== metric)
  return [settings[name].includes(metric), (isOn) => settings.onChange({ [name]: isOn ? [...others, metric] : others })]
}

/** Returns the lines as a table, a row for each drawn value. */
function dataOf(lines: readonly PanelLine[]): PanelData {
  const hasTime = lines.some(({ rows }) => rows.time !== undefined)

  return {
    head: [t('run'), t('step'), ...(hasTime ? [t('time')] : []), t('value'), t('minimum'), t('maximum')],
    rows: lines.flatMap(({ label, rows: own }) =>
      own.step.map((step, i) => [
        label,
        step,
        ...(own.time ? [new Date(own.time[i]!).toISOString()] : []),
        own.last[i],
        own.min[i],
        own.max[i],
      ]),
    ),
  }
}
