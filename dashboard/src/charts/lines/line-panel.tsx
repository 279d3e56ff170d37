import { lazy, Suspense, useState } from 'react'
import type { ReactElement } from 'react'

import type { BandView, SeriesView } from '../../../../src/contract/charts.ts'
import { t } from '../../texts/texts.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Panel } from '../../ui/panel.tsx'
import { EmptyChart } from '../empty-chart.tsx'
import type { Zoom } from './drawn-line.ts'
import { countLines } from './line-counts.ts'
import type { LineCounts } from './line-counts.ts'
import css from './line-panel.module.css'
import type { XAxis } from './lines.ts'
import { panelDataOf, useBandLines, useRunLines } from './panel-lines.ts'
import type { DrawnRun, PanelLine } from './panel-lines.ts'

const LineChart = lazy(async () => ({ default: (await import('./line-chart.tsx')).LineChart }))

export interface LinePanelProps {
  readonly metric: string
  readonly lines: readonly PanelLine[]
  /** Number of runs or groups from which the drawn lines were chosen; the note states it beside the number of lines. */
  readonly total: number
  /** Text in the note, in place of the number of points that each drawn value stands for. */
  readonly about?: string | undefined
  readonly axis: XAxis
  readonly smoothing: number
  readonly zoom?: Zoom | undefined
  readonly onZoom?: ((zoom: Zoom | undefined) => void) | undefined
  readonly hovered?: string | undefined
  readonly onHover?: ((key: string | undefined) => void) | undefined
  /** Whether the points are still being loaded. */
  readonly isReading?: boolean
  /** Whether a drawn run may still get points. */
  readonly isOpen?: boolean
  /**
   * The panels that are large or have a logarithmic axis, if the page keeps them in its address. Undefined: the panel
   * keeps its own state.
   */
  readonly settings?: PanelSettings | undefined
}

/**
 * Names of the metrics whose panels are large, and of those with a logarithmic y axis. `onChange` receives the lists
 * that replace them.
 */
export interface PanelSettings {
  readonly large: readonly string[]
  readonly log: readonly string[]
  readonly onChange: (patch: { readonly large?: readonly string[]; readonly log?: readonly string[] }) => void
}

/**
 * A panel with the lines of one metric of several runs or groups, a note, a button for a logarithmic axis and one to
 * enlarge the panel.
 */
function LinePanel(props: LinePanelProps): ReactElement {
  const { metric, lines, axis, smoothing, zoom, onZoom, hovered, onHover, isReading = false, isOpen = true } = props
  const [isLog, setLog] = usePanelSetting(props, 'log')
  const [isLarge, setLarge] = usePanelSetting(props, 'large')

  const counts = countLines(lines)
  const hasLogAxis = isLog && counts.canLog
  const { pointsPerBucket, buckets, points } = counts

  return (
    <Panel
      title={metric}
      dataNote={pointsPerBucket > 1 ? t('buckets_of', { n: buckets, total: points }) : undefined}
      data={lines.length > 0 ? () => panelDataOf(lines) : undefined}
      size="chart"
      isLarge={isLarge}
      note={noteOf(props, counts, hasLogAxis)}
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
            aria-pressed={hasLogAxis}
            disabled={!counts.canLog}
            title={counts.canLog ? undefined : t('log_needs_positive')}
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
        <Suspense fallback={<div className={css.placeholder} />}>
          <LineChart
            lines={lines}
            axis={axis}
            smoothing={smoothing}
            isLog={hasLogAxis}
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

/**
 * Returns the note of the panel: how many of `total` lines it draws, the number of points for each drawn value (or
 * `about`), the number of NaN, the smoothing, and whether the axis is logarithmic.
 */
function noteOf(
  { total, about, smoothing, isReading = false }: LinePanelProps,
  { lines, points, pointsPerBucket, nans }: LineCounts,
  hasLogAxis: boolean,
): string {
  const pointsText =
    pointsPerBucket > 1
      ? t('points_per_bucket', { n: pointsPerBucket })
      : lines === 1
        ? t('points_n', { n: points })
        : ''

  const parts = [
    !isReading && (total > 1 || lines !== 1) ? t('drawn_of', { n: lines, total }) : '',
    about ?? pointsText,
    nans > 0 ? t('gaps_n', { n: nans }) : '',
    smoothing > 0 ? `EMA ${smoothing}` : '',
    hasLogAxis ? t('log_axis') : '',
  ]
  return parts.filter((part) => part !== '').join(' · ')
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
 * Returns whether this panel is large, or has a logarithmic axis, and a function that sets this. The value is kept in
 * `settings`, or without them in the panel itself.
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
