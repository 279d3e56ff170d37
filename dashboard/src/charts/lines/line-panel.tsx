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

/** Returns the note of the panel: how many of how many lines it draws, and how. */
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
