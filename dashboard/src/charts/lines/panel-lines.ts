import { useMemo } from 'react'

import type { BandView, SeriesView } from '../../../../src/contract/charts.ts'
import { t } from '../../texts/texts.ts'
import type { PanelData } from '../../ui/panel-data.ts'
import { looksOf } from '../../ui/run-look.tsx'
import type { DrawnLine } from './drawn-line.ts'
import { metricOn, xOfTime, toLine } from './lines.ts'
import type { XAxis } from './lines.ts'

/** A run whose lines are drawn. `isOpen`: the run may log further points. */
export interface DrawnRun {
  readonly id: string
  readonly number: number
  readonly name: string
  readonly isOpen: boolean
  /** Times at which further attempts began, in milliseconds since 1970. */
  readonly restarts?: readonly number[]
}

/**
 * A line with the values that it draws (`rows`), for the table and the file of its panel, and the number of points that
 * were logged.
 */
export interface PanelLine extends DrawnLine {
  readonly rows: Pick<SeriesView, 'step' | 'last' | 'min' | 'max'> & Partial<Pick<SeriesView, 'time'>>
  readonly points: number
  /** Number of points that are NaN. */
  readonly nans: number
}

/** The metric to draw, all series that are loaded (of any run and metric), and the x axis. */
export interface RunLinesOptions {
  readonly metric: string
  readonly series: readonly SeriesView[]
  readonly axis: XAxis
}

/**
 * Returns the lines of the runs that have points of the metric. If it is only one, it has a band from the minimum to
 * the maximum of each bucket and shows where further attempts began. The lines are computed again only when `runs` or
 * `series` is another object, or the metric or the axis has changed.
 */
export function useRunLines(
  runs: readonly DrawnRun[],
  { metric, series, axis }: RunLinesOptions,
): readonly PanelLine[] {
  return useMemo(() => {
    const looks = looksOf(runs.map(({ id }) => id))
    const across = metricOn(axis)
    const seriesOf = (run: DrawnRun, name: string) =>
      series.find((one) => one.run === run.number && one.metric === name)

    const found = runs.flatMap((run) => {
      const own = seriesOf(run, metric)
      return own && own.step.length > 0
        ? [{ run, own, line: toLine(own, axis, across === undefined ? undefined : seriesOf(run, across)) }]
        : []
    })

    return found.map(({ run, own, line }) => ({
      key: run.id,
      label: run.name,
      // A single line is solid: it need not be distinguished from others, and dashes would look like gaps.
      look: found.length === 1 ? { ...looks.get(run.id)!, dash: [] } : looks.get(run.id)!,
      line,
      isGrowing: run.isOpen,
      hasBand: found.length === 1,
      restarts: found.length === 1 ? (run.restarts ?? []).flatMap((time) => xOfTime(own, time, axis) ?? []) : [],
      rows: own,
      points: own.points,
      nans: own.nans,
    }))
  }, [runs, series, metric, axis])
}

/**
 * Returns a line for each group of runs: the mean of the metric, with a band of one standard deviation on either side.
 */
export function useBandLines(bands: readonly BandView[] | undefined, metric: string): readonly PanelLine[] {
  return useMemo(() => {
    const own = (bands ?? []).filter((band) => band.metric === metric)
    const looks = looksOf(own.map(({ keys }) => JSON.stringify(keys)))

    return own.map(({ keys, step, mean, sd, min, max, n, drawn }) => {
      const key = JSON.stringify(keys)
      const aside = (side: 1 | -1) => mean.map((value, i) => (value === null ? null : value + side * (sd[i] ?? 0)))

      return {
        key,
        label: `${keys.map((text) => text ?? t('missing')).join(' · ')} (${drawn})`,
        look: looks.get(key)!,
        line: { x: step, y: mean, low: aside(-1), high: aside(1) },
        isGrowing: false,
        hasBand: true,
        rows: { step, last: mean, min, max },
        points: n.reduce((sum, count) => sum + count, 0),
        nans: 0,
      }
    })
  }, [bands, metric])
}

/** Returns the lines as a table, a row for each drawn value. */
export function panelDataOf(lines: readonly PanelLine[]): PanelData {
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
