import type uPlot from 'uplot'

import { tickFont, cssToken } from '../theme.ts'
import { firstTopColumn, widenSinglePoint } from './plot-columns.ts'
import type { DrawnLine, Zoom } from './drawn-line.ts'
import { drawNonFiniteValues, drawRestart, drawGrowingEnd } from './line-markers.ts'
import { isolatedIndices } from './lines.ts'
import type { XAxis } from './lines.ts'
import { formatXTicks, formatYTicks } from './ticks.ts'

/**
 * The newest properties of a chart. Callbacks of a plot read them here, because a plot is older than the properties.
 */
export interface LatestProps {
  readonly data: uPlot.AlignedData
  readonly lines: readonly DrawnLine[]
  readonly axis: XAxis
  readonly zoom: Zoom | undefined
  readonly onHover: ((key: string | undefined) => void) | undefined
  readonly setZoom: (zoom: Zoom | undefined) => void
}

export interface PlotOptions {
  readonly axis: XAxis
  readonly isLog: boolean
  readonly smoothing: number
  readonly size: { readonly width: number; readonly height: number }
  /** Key of the line that is emphasized. */
  readonly hover: { readonly current: string | undefined }
  readonly latest: { readonly current: LatestProps }
  readonly onCursor: (chart: uPlot) => void
}

/** Beginning of the key by which uPlot shares the cursor: charts with the same x axis have the same key. */
const CURSOR_GROUP = 'hagane'
/** Space at the right edge in pixels, with and without the names of the lines. */
const LABELS_PX = 104
const RIGHT_PX = 14
/** Opacity, as hexadecimal digits after a colour, of bands, of raw lines under smoothed ones, and of fainter lines. */
const BAND_ALPHA = '26'
const RAW_ALPHA = '3d'
const FAINT_ALPHA = '66'

/** Returns the uPlot options for the lines that are in `latest` now. */
export function toPlotOptions(options: PlotOptions): uPlot.Options {
  const { axis, isLog, size, latest, onCursor } = options
  const { lines } = latest.current

  return {
    ...size,
    padding: [10, lines.length > 1 ? LABELS_PX : RIGHT_PX, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: `${CURSOR_GROUP} ${axis}`, setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
    },
    scales: {
      x: {
        time: false,
        range: (chart, low, high) => [...(latest.current.zoom ?? widenSinglePoint(chart.data[0], [low, high]))],
      },
      y: { distr: isLog ? 3 : 1 },
    },
    series: toSeries(lines, options),
    bands: toBands(lines),
    axes: toAxes(axis),
    hooks: {
      setCursor: [onCursor],
      setSelect: [(chart) => zoomToSelection(chart, latest.current)],
      draw: [(chart) => drawMarkers(chart, lines, options)],
    },
  }
}

/** Returns the uPlot series in the order of the columns: x, the edges of bands, raw lines, smoothed lines. */
function toSeries(lines: readonly DrawnLine[], { smoothing, hover }: PlotOptions): uPlot.Series[] {
  const strokeOf = (drawn: DrawnLine) => () =>
    cssToken(drawn.look.color) +
    (hover.current !== undefined && hover.current !== drawn.key && lines.length > 1 ? FAINT_ALPHA : '')

  const toTopSeries = (drawn: DrawnLine, width: number): uPlot.Series => ({
    label: drawn.label,
    stroke: strokeOf(drawn),
    width,
    dash: [...drawn.look.dash],
    points: ISOLATED_POINTS,
  })

  const toRawSeries = (drawn: DrawnLine): uPlot.Series => ({
    label: drawn.label,
    stroke: () => cssToken(drawn.look.color) + RAW_ALPHA,
    width: 1,
    dash: [],
    points: ISOLATED_POINTS,
  })

  const edge: uPlot.Series = { stroke: 'transparent', points: { show: false } }
  const edges = lines.filter(({ hasBand }) => hasBand).flatMap(() => [edge, edge])

  return smoothing > 0
    ? [{}, ...edges, ...lines.map(toRawSeries), ...lines.map((drawn) => toTopSeries(drawn, 1.6))]
    : [{}, ...edges, ...lines.map((drawn) => toTopSeries(drawn, 1.5))]
}

/** Draws a dot for a value between two gaps, which no line connects. */
const ISOLATED_POINTS: uPlot.Series.Points = {
  show: true,
  size: 4,
  filter: (chart, column) => isolatedIndices(chart.data[column]!),
}

function toBands(lines: readonly DrawnLine[]): uPlot.Band[] {
  return lines
    .filter(({ hasBand }) => hasBand)
    .map(({ look }, i) => ({
      series: [2 * i + 2, 2 * i + 1] as [number, number],
      fill: () => cssToken(look.color) + BAND_ALPHA,
    }))
}

function toAxes(axis: XAxis): uPlot.Axis[] {
  const [ink, grid, base] = [cssToken('--ink-3'), cssToken('--grid'), cssToken('--axis')]

  return [
    {
      stroke: ink,
      font: tickFont(),
      grid: { show: false },
      ticks: { stroke: base, size: 4, width: 1 },
      border: { show: true, stroke: base, width: 1 },
      size: 26,
      gap: 4,
      values: (_chart, splits) => formatXTicks(splits, axis),
    },
    {
      stroke: ink,
      font: tickFont(),
      grid: { stroke: grid, width: 1 },
      ticks: { show: false },
      size: 52,
      gap: 6,
      values: (_chart, splits) => formatYTicks(splits),
    },
  ]
}

/** Zooms in to the part of the x axis along which a person has dragged the pointer. */
function zoomToSelection(chart: uPlot, { setZoom }: LatestProps): void {
  const { left, width } = chart.select
  if (width <= 0) return
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  setZoom([chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')])
}

/** Draws the ends of lines that still grow, the starts of further attempts, and values that are NaN or infinite. */
function drawMarkers(chart: uPlot, lines: readonly DrawnLine[], { smoothing, latest }: PlotOptions): void {
  const first = firstTopColumn(lines, smoothing)
  lines.forEach((drawn, i) => drawn.isGrowing && drawGrowingEnd(chart, first + i, cssToken(drawn.look.color)))

  for (const { restarts = [] } of latest.current.lines) restarts.forEach((x, i) => drawRestart(chart, x, String(i + 2)))
  for (const { line, look } of latest.current.lines) drawNonFiniteValues(chart, line, cssToken(look.color))
}
