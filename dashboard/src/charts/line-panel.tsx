import { lazy, Suspense, useState } from 'react'
import type { ReactElement } from 'react'

import type { BandView, SeriesView } from '../../../src/contract/charts.ts'
import { formatNumber } from '../format.ts'
import { t } from '../texts/texts.ts'
import { IconButton } from '../ui/controls.tsx'
import { Panel } from '../ui/page.tsx'
import { csvField } from './csv.ts'
import { saveFile } from '../ui/save-file.ts'
import { Faint } from './faint.tsx'
import type { Zoom } from './line-chart.tsx'
import type { XAxis } from './lines.ts'
import { useBandLines, useRunLines } from './panel-lines.ts'
import type { DrawnRun, PanelLine } from './panel-lines.ts'

const LineChart = lazy(async () => ({ default: (await import('./line-chart.tsx')).LineChart }))

export interface LinePanelProps {
  readonly metric: string
  readonly lines: readonly PanelLine[]
  /** Lines that could be drawn. */
  readonly total: number
  /** What is said of the lines besides how many they are. */
  readonly about?: string | undefined
  readonly axis: XAxis
  readonly smoothing: number
  readonly zoom?: Zoom | undefined
  readonly onZoom?: ((zoom: Zoom | undefined) => void) | undefined
  readonly hovered?: string | undefined
  readonly onHover?: ((key: string | undefined) => void) | undefined
}

/** One metric of several runs or groups, with how many of how many it draws, its data as a table and as a file. */
function LinePanel({ metric, lines, total, about, axis, smoothing, zoom, onZoom, hovered, onHover }: LinePanelProps): ReactElement {
  const [isTable, setTable] = useState(false)
  const [isLog, setLog] = useState(false)
  const [isLarge, setLarge] = useState(false)
  const points = lines.reduce((sum, line) => sum + line.points, 0)
  const buckets = lines.reduce((sum, line) => sum + line.rows.step.length, 0)
  const each = buckets > 0 ? Math.round(points / buckets) : 1
  const note = [
    total > 1 || lines.length !== 1 ? t('drawn_of', { n: lines.length, total }) : '',
    about ?? (each > 1 ? t('points_per_bucket', { n: each }) : ''),
    smoothing > 0 ? `EMA ${smoothing}` : '',
    isLog ? t('log_axis') : '',
  ]
  return (
    <Panel
      title={metric}
      hasPicture={lines.length > 0 && !isTable}
      className={isLarge ? 'line-panel large' : 'line-panel'}
      note={note.filter((part) => part !== '').join(' · ')}
      acts={
        <>
          {zoom && (
            <button type="button" className="btn bare small" onClick={() => onZoom?.(undefined)}>
              {t('show_all')}
            </button>
          )}
          <button type="button" className="btn bare small" aria-pressed={isLog} onClick={() => setLog(!isLog)}>
            {t('log_axis')}
          </button>
          <IconButton name="table" label={t('show_data')} pressed={isTable} onClick={() => setTable(!isTable)} />
          <IconButton name="download" label={t('download_csv')} onClick={() => downloadCsv(metric, lines)} />
          <IconButton name="zoom" label={t(isLarge ? 'make_small' : 'make_large')} pressed={isLarge} onClick={() => setLarge(!isLarge)} />
        </>
      }
    >
      {lines.length === 0 ? (
        <Faint text={t('no_points')} />
      ) : isTable ? (
        <DataTable lines={lines} />
      ) : (
        <Suspense fallback={<div className="chart" />}>
          <LineChart
            lines={lines}
            axis={axis}
            smoothing={smoothing}
            isLog={isLog && lines.every(({ line }) => line.y.every((value) => value === null || value > 0))}
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

/** The panel of a metric of runs. */
export function RunPanel({
  runs,
  series,
  ...rest
}: Omit<LinePanelProps, 'lines'> & { readonly runs: readonly DrawnRun[]; readonly series: readonly SeriesView[] }): ReactElement {
  return <LinePanel {...rest} lines={useRunLines(runs, { metric: rest.metric, series, axis: rest.axis })} />
}

/** The panel of a metric of groups of runs. */
export function GroupPanel({
  bands,
  ...rest
}: Omit<LinePanelProps, 'lines' | 'axis' | 'about'> & { readonly bands: readonly BandView[] | undefined }): ReactElement {
  return <LinePanel {...rest} lines={useBandLines(bands, rest.metric)} axis="step" about={t('mean_and_sd')} />
}

const ROWS_MAX = 200

function DataTable({ lines }: { readonly lines: readonly PanelLine[] }): ReactElement {
  return (
    <div className="datatable">
      <table className="tbl">
        <thead>
          <tr>
            <th>{t('run')}</th>
            <th className="num">{t('step')}</th>
            <th className="num">{t('value')}</th>
            <th className="num">{t('minimum')}</th>
            <th className="num">{t('maximum')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.flatMap(({ key, label, rows }) =>
            rows.step.slice(-ROWS_MAX).map((step, i, steps) => {
              const at = rows.step.length - steps.length + i
              return (
                <tr key={`${key} ${at}`}>
                  <td className="clip">{label}</td>
                  <td className="num">{step.toLocaleString('en-US')}</td>
                  <td className="num">{formatNumber(rows.last[at] ?? Number.NaN, 6)}</td>
                  <td className="num mid">{formatNumber(rows.min[at] ?? Number.NaN, 6)}</td>
                  <td className="num mid">{formatNumber(rows.max[at] ?? Number.NaN, 6)}</td>
                </tr>
              )
            }),
          )}
        </tbody>
      </table>
    </div>
  )
}

function downloadCsv(metric: string, lines: readonly PanelLine[]): void {
  const rows = lines.flatMap(({ label, rows: own }) =>
    own.step.map((step, i) => [label, step, own.last[i] ?? '', own.min[i] ?? '', own.max[i] ?? ''].map(csvField).join(',')),
  )
  saveFile(`${metric.replaceAll(/[^\w.-]+/g, '_')}.csv`, ['run,step,last,min,max', ...rows].join('\n'))
}
