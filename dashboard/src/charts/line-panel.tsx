import { lazy, Suspense, useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import type { SeriesView } from '../../../src/contract/charts.ts'
import { formatNumber } from '../format.ts'
import { t } from '../texts/texts.ts'
import { IconButton } from '../ui/controls.tsx'
import { Panel } from '../ui/page.tsx'
import { looksOf } from '../ui/run-color.tsx'
import { csvField } from './csv.ts'
import { saveFile } from '../ui/save-file.ts'
import { Faint } from './faint.tsx'
import { toLine } from './lines.ts'
import type { XAxis } from './lines.ts'

const LineChart = lazy(async () => ({ default: (await import('./line-chart.tsx')).LineChart }))

export interface DrawnRun {
  readonly id: string
  readonly number: number
  readonly name: string
  readonly isOpen: boolean
}

export interface LinePanelProps {
  readonly metric: string
  readonly runs: readonly DrawnRun[]
  /** Runs that could be drawn. */
  readonly total: number
  readonly series: readonly SeriesView[]
  readonly axis: XAxis
  readonly smoothing: number
  readonly hovered?: string | undefined
  readonly onHover?: (id: string | undefined) => void
}

/** One metric of several runs, with how many of how many it draws, its data as a table and as a file. */
export function LinePanel({ metric, runs, total, series, axis, smoothing, hovered, onHover }: LinePanelProps): ReactElement {
  const [isTable, setTable] = useState(false)
  const [isLog, setLog] = useState(false)
  const [isLarge, setLarge] = useState(false)
  const which = runs.map(({ id, name, isOpen }) => `${id} ${name} ${String(isOpen)}`).join()
  const lines = useMemo(() => {
    const looks = looksOf(runs.map(({ id }) => id))
    return runs.flatMap((run) => {
      const own = series.find((one) => one.run === run.number && one.metric === metric)
      return own && own.step.length > 0
        ? [{ key: run.id, label: run.name, look: looks.get(run.id)!, line: toLine(own, axis), isOpen: run.isOpen, series: own }]
        : []
    })
    // The list is made anew with each render; what is in it seldom is.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [which, series, metric, axis])
  const points = lines.reduce((sum, line) => sum + line.series.points, 0)
  const buckets = lines.reduce((sum, line) => sum + line.series.step.length, 0)
  const each = buckets > 0 ? Math.round(points / buckets) : 1
  const note = [
    total > 1 || lines.length !== 1 ? t('drawn_of', { n: lines.length, total }) : '',
    each > 1 ? t('points_per_bucket', { n: each }) : '',
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
            hovered={hovered}
            {...(onHover && { onHover })}
            label={t('chart_label', { metric, n: lines.length })}
          />
        </Suspense>
      )}
    </Panel>
  )
}

interface NamedSeries {
  readonly key: string
  readonly label: string
  readonly series: SeriesView
}

const ROWS_MAX = 200

function DataTable({ lines }: { readonly lines: readonly NamedSeries[] }): ReactElement {
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
          {lines.flatMap(({ key, label, series }) =>
            series.step.slice(-ROWS_MAX).map((step, i, steps) => {
              const at = series.step.length - steps.length + i
              return (
                <tr key={`${key} ${at}`}>
                  <td className="clip">{label}</td>
                  <td className="num">{step.toLocaleString('en-US')}</td>
                  <td className="num">{formatNumber(series.last[at] ?? Number.NaN, 6)}</td>
                  <td className="num mid">{formatNumber(series.min[at] ?? Number.NaN, 6)}</td>
                  <td className="num mid">{formatNumber(series.max[at] ?? Number.NaN, 6)}</td>
                </tr>
              )
            }),
          )}
        </tbody>
      </table>
    </div>
  )
}

function downloadCsv(metric: string, lines: readonly NamedSeries[]): void {
  const rows = lines.flatMap(({ label, series }) =>
    series.step.map((step, i) => [label, step, series.last[i] ?? '', series.min[i] ?? '', series.max[i] ?? ''].map(csvField).join(',')),
  )
  saveFile(`${metric.replaceAll(/[^\w.-]+/g, '_')}.csv`, ['run,step,last,min,max', ...rows].join('\n'))
}
