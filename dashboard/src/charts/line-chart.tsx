import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import type { ReactElement } from 'react'
import uPlot from 'uplot'

import 'uplot/dist/uPlot.min.css'
import {
  digitsWithin,
  formatClock,
  formatDuration,
  formatMoments,
  formatNumber,
  formatSpans,
  formatTicks,
} from '../format.ts'
import { t } from '../texts/texts.ts'
import { NumberedName } from '../ui/numbered-name.tsx'
import type { RunLook } from '../ui/run-look.tsx'
import { drawNonFiniteValues, drawRestart, drawGrowingEnd } from './line-markers.ts'
import { isolatedIndices, alignLines, smooth } from './lines.ts'
import type { Line, XAxis } from './lines.ts'
import { onThemeChange, tickFont, cssToken } from './theme.ts'

/** A line of a chart with its look. */
export interface DrawnLine {
  readonly key: string
  readonly label: string
  readonly look: RunLook
  readonly line: Line
  /** Whether the line still grows. Its end is then drawn as a slanted stroke. */
  readonly isGrowing: boolean
  /** Whether the area between `low` and `high` of the line is shaded. */
  readonly hasBand: boolean
  /** Where on the x axis further attempts of the run began. */
  readonly restarts?: readonly number[]
}

/** A part of the x axis, in its own unit: steps, seconds or values of a metric. */
export type Zoom = readonly [number, number]

export interface LineChartProps {
  readonly lines: readonly DrawnLine[]
  readonly axis: XAxis
  readonly smoothing?: number
  readonly isLog?: boolean
  /** Key of the line that is emphasized; the others are drawn fainter. */
  readonly hovered?: string | undefined
  readonly onHover?: ((key: string | undefined) => void) | undefined
  /**
   * The part of the x axis that is shown, where the caller keeps it. `onZoom` receives another part, or undefined for
   * all; without `onZoom` the chart keeps its own.
   */
  readonly zoom?: Zoom | undefined
  readonly onZoom?: ((zoom: Zoom | undefined) => void) | undefined
  readonly label: string
}

/** Charts with the same x axis share their cursor: this begins the name of the group. */
const CURSOR_GROUP = 'hagane'
/** Opacity, as hexadecimal digits after a colour, of bands and of raw lines under smoothed ones. */
const BAND_ALPHA = '26'
const RAW_ALPHA = '3d'
/** Number of lines beside the cursor whose values are shown. */
const NEAREST_MAX = 6

/**
 * Lines over steps, time or a metric. Dragging zooms in, a double click shows all again, arrow keys move the cursor
 * point by point.
 */
export function LineChart({
  lines,
  axis,
  smoothing = 0,
  isLog = false,
  hovered,
  onHover,
  zoom: givenZoom,
  onZoom,
  label,
}: LineChartProps): ReactElement {
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const hover = useRef(hovered)
  const [ownZoom, setOwnZoom] = useState<Zoom | undefined>()
  const zoom = onZoom ? givenZoom : ownZoom
  const [cursor, setCursor] = useState<Cursor | undefined>()

  const shape = [
    axis,
    isLog,
    smoothing,
    ...lines.map(({ key, look, hasBand, isGrowing }) => `${key}${look.color}${look.dash}${hasBand}${isGrowing}`),
  ].join('|')

  const data = useMemo(() => toData(lines, smoothing), [lines, smoothing])
  const latest = useRef({ data, lines, onHover, axis, zoom, setZoom: onZoom ?? setOwnZoom })
  latest.current = { data, lines, onHover, axis, zoom, setZoom: onZoom ?? setOwnZoom }

  const create = useEffectEvent((node: HTMLElement): void => {
    plot.current?.destroy()
    plot.current = new uPlot(
      optionsFor({
        axis,
        isLog,
        smoothing,
        size: sizeOf(node),
        hover,
        latest,
        onCursor: (at) => setCursor(readCursor(at, latest.current)),
      }),
      latest.current.data,
      node,
    )
  })

  // The plot is created again when its lines, its axes or the looks of lines change. New points of the same lines
  // arrive through `setData`.
  useEffect(() => {
    const node = holder.current!
    create(node)

    const showAll = (): void => latest.current.setZoom(undefined)
    node.addEventListener('dblclick', showAll)

    const resize = new ResizeObserver(() => plot.current?.setSize(sizeOf(node)))
    resize.observe(node)
    const offTheme = onThemeChange(() => create(node))

    return () => {
      resize.disconnect()
      offTheme()
      node.removeEventListener('dblclick', showAll)
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [shape])

  useEffect(() => {
    plot.current?.setData(data)
  }, [data, zoom])

  useEffect(() => {
    hover.current = hovered
    plot.current?.redraw(false)
  }, [hovered])

  return (
    <div
      className="chart"
      role="img"
      aria-label={label}
      tabIndex={0}
      onKeyDown={(event) => moveCursor(plot.current, event.key) && event.preventDefault()}
      onPointerLeave={() => onHover?.(undefined)}
    >
      <div ref={holder} className="canvas" />
      {cursor && cursor.rows.length > 0 && (
        <div
          className={cursor.isRight ? 'readout right' : 'readout'}
          style={cursor.isRight ? { right: `calc(100% - ${cursor.left - 14}px)` } : { left: cursor.left + 14 }}
        >
          <b>{cursor.x}</b>
          {cursor.rows.map(({ key, name, value, color, dash }) => (
            <div key={key} className={key === hovered ? 'strong' : ''}>
              <svg width="14" height="8" viewBox="0 0 14 8" aria-hidden="true">
                <path d="M0 4h14" stroke={`var(${color})`} strokeWidth="2.5" strokeDasharray={dash.join(' ')} />
              </svg>
              <span className="clip grow">{name}</span>
              <span>{value}</span>
            </div>
          ))}
        </div>
      )}
      {lines.length > 0 && <Labels lines={lines} hovered={hovered} onHover={onHover} />}
    </div>
  )
}

const LABELS_MAX = 12

/** Names of the lines at the right edge, ordered by their last values, in place of a legend. */
function Labels({
  lines,
  hovered,
  onHover,
}: Pick<LineChartProps, 'lines' | 'hovered' | 'onHover'>): ReactElement | null {
  if (lines.length < 2) return null

  const ordered = lines.toSorted((a, b) => lastOf(b.line) - lastOf(a.line))

  return (
    <ul className="labels" aria-hidden="true">
      {ordered.slice(0, LABELS_MAX).map(({ key, label, look }) => (
        <li
          key={key}
          className={key === hovered ? 'strong' : ''}
          onPointerEnter={() => onHover?.(key)}
          onPointerLeave={() => onHover?.(undefined)}
          title={label}
        >
          <svg width="12" height="8" viewBox="0 0 12 8">
            <path d="M0 4h12" stroke={`var(${look.color})`} strokeWidth="2.5" strokeDasharray={look.dash.join(' ')} />
          </svg>
          <NumberedName text={label} />
        </li>
      ))}
      {ordered.length > LABELS_MAX && <li>{t('and_more', { n: ordered.length - LABELS_MAX })}</li>}
    </ul>
  )
}

function lastOf({ y }: Line): number {
  return y.findLast((value) => value !== null) ?? -Infinity
}

/** Returns the columns of the plot: bands first, then raw lines, then smoothed lines, which are thus drawn on top. */
function toData(lines: readonly DrawnLine[], smoothing: number): uPlot.AlignedData {
  const raw = lines.map(({ line }) => line)
  const bands = lines
    .filter(({ hasBand }) => hasBand)
    .flatMap(({ line }) => [
      { ...line, y: line.low },
      { ...line, y: line.high },
    ])
  const smoothed = smoothing > 0 ? raw.map((line) => ({ ...line, y: smooth(line.y, smoothing) })) : []
  const { x, columns } = alignLines([...bands, ...raw, ...smoothed])
  return [x, ...columns] as uPlot.AlignedData
}

/** Returns the index of the column of the first raw line. */
function firstColumn(lines: readonly DrawnLine[]): number {
  return 1 + 2 * lines.filter(({ hasBand }) => hasBand).length
}

/** The newest properties of the chart, for callbacks of a plot that was created with older ones. */
interface Latest {
  readonly data: uPlot.AlignedData
  readonly lines: readonly DrawnLine[]
  readonly axis: XAxis
  readonly zoom: Zoom | undefined
  readonly onHover: LineChartProps['onHover']
  readonly setZoom: (zoom: Zoom | undefined) => void
}

interface PlotOptions {
  readonly axis: XAxis
  readonly isLog: boolean
  readonly smoothing: number
  readonly size: { readonly width: number; readonly height: number }
  readonly hover: { readonly current: string | undefined }
  readonly latest: { readonly current: Latest }
  readonly onCursor: (chart: uPlot) => void
}

function optionsFor({ axis, isLog, smoothing, size, hover, latest, onCursor }: PlotOptions): uPlot.Options {
  const { lines } = latest.current
  const [ink, grid, base] = [cssToken('--ink-3'), cssToken('--grid'), cssToken('--axis')]

  const strokeOf = (drawn: DrawnLine) => () =>
    cssToken(drawn.look.color) +
    (hover.current !== undefined && hover.current !== drawn.key && lines.length > 1 ? '66' : '')

  const plain = lines.map((drawn): uPlot.Series => ({
    label: drawn.label,
    stroke: smoothing > 0 ? () => cssToken(drawn.look.color) + RAW_ALPHA : strokeOf(drawn),
    width: smoothing > 0 ? 1 : 1.5,
    dash: smoothing > 0 ? [] : [...drawn.look.dash],
    points: ISOLATED_POINTS,
  }))

  const smoothed =
    smoothing > 0
      ? lines.map((drawn): uPlot.Series => ({
          label: drawn.label,
          stroke: strokeOf(drawn),
          width: 1.6,
          dash: [...drawn.look.dash],
          points: ISOLATED_POINTS,
        }))
      : []

  const banded = lines.filter(({ hasBand }) => hasBand)
  const edge: uPlot.Series = { stroke: 'transparent', points: { show: false } }

  return {
    ...size,
    padding: [10, lines.length > 1 ? 104 : 14, 0, 0],
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
    series: [{}, ...banded.flatMap(() => [edge, edge]), ...plain, ...smoothed],
    bands: banded.map(({ look }, i) => ({
      series: [2 * i + 2, 2 * i + 1] as [number, number],
      fill: () => cssToken(look.color) + BAND_ALPHA,
    })),
    axes: [
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
    ],
    hooks: {
      setCursor: [onCursor],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select
          if (width <= 0) return
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          latest.current.setZoom([chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')])
        },
      ],
      draw: [
        (chart) => {
          const first = firstColumn(lines) + (smoothing > 0 ? lines.length : 0)
          lines.forEach((drawn, i) => drawn.isGrowing && drawGrowingEnd(chart, first + i, cssToken(drawn.look.color)))
          for (const { restarts = [] } of latest.current.lines)
            restarts.forEach((x, i) => drawRestart(chart, x, String(i + 2)))
          for (const { line, look } of latest.current.lines) drawNonFiniteValues(chart, line, cssToken(look.color))
        },
      ],
    },
  }
}

/** Widens the range of the x axis where there is a single point. */
function widenSinglePoint(x: ArrayLike<number>, [low, high]: Zoom): Zoom {
  return x.length === 1 ? [x[0]! - 0.5, x[0]! + 0.5] : [low, high]
}

/** A value between two gaps has no line to either side, so it is drawn as a dot. */
const ISOLATED_POINTS: uPlot.Series.Points = {
  show: true,
  size: 4,
  filter: (chart, column) => isolatedIndices(chart.data[column]!),
}

/** Formats the labels of the y axis. For labels of a logarithmic axis that are to be left out, uPlot passes null. */
function formatYTicks(splits: readonly (number | null)[]): string[] {
  const texts = formatTicks(splits.filter((value) => value !== null))
  return splits.map((value) => (value === null ? '' : texts.shift()!))
}

function formatXTicks(splits: readonly number[], axis: XAxis): string[] {
  if (axis === 'wall') return formatMoments(splits)
  if (axis === 'relative') return formatSpans(splits)
  return splits.every(Number.isInteger) ? splits.map((value) => formatX(value, axis)) : formatTicks(splits)
}

function formatX(value: number, axis: XAxis): string {
  if (axis === 'wall') return formatClock(value * 1000)
  if (axis === 'relative') return formatDuration(value)
  return Number.isInteger(value) ? value.toLocaleString('en-US').replaceAll(',', '\u2009') : formatNumber(value)
}

/**
 * Returns the size of an element in whole pixels, rounded down: the element may be half a pixel smaller than its
 * rounded size.
 */
function sizeOf(node: HTMLElement): { width: number; height: number } {
  const { width, height } = node.getBoundingClientRect()
  return { width: Math.max(80, Math.floor(width)), height: Math.max(80, Math.floor(height)) }
}

/** The values at the cursor, and where on the chart they are shown. */
interface Cursor {
  readonly x: string
  readonly left: number
  readonly isRight: boolean
  readonly rows: readonly { key: string; name: string; value: string; color: string; dash: readonly number[] }[]
}

/**
 * Returns the values of the lines nearest to the cursor, and emphasizes the nearest line while the pointer is over this
 * chart. Undefined where the cursor is outside.
 */
function readCursor(chart: uPlot, { data, lines, axis, onHover }: Latest): Cursor | undefined {
  const { idx, left, top } = chart.cursor
  if (idx === null || idx === undefined || left === undefined || left < 0) return undefined

  const columns = lines.map((drawn, i) => ({ drawn, column: data[firstColumn(lines) + i]! }))
  const values = columns.flatMap(({ drawn, column }) => {
    const value = valueNear(column, idx)
    return value === undefined ? [] : [{ drawn, value, distance: Math.abs(chart.valToPos(value, 'y') - (top ?? 0)) }]
  })

  const { min = 0, max = 0 } = chart.scales['y']!
  const digits = digitsWithin(min, max)

  const near = values.toSorted((a, b) => a.distance - b.distance).slice(0, NEAREST_MAX)
  const isOver = chart.root.matches(':hover')
  if (isOver && near[0]) onHover?.(near[0].drawn.key)

  return {
    x: formatX(data[0][idx]!, axis),
    left: left + chart.bbox.left / devicePixelRatio,
    isRight: left > chart.over.clientWidth / 2,
    rows: near
      .toSorted((a, b) => b.value - a.value)
      .map(({ drawn: { key, label, look }, value }) => ({
        key,
        name: label,
        value: formatNumber(value, digits),
        color: look.color,
        dash: look.dash,
      })),
  }
}

/**
 * Returns the last value at or before an index, since a line need not have a point at every x. Undefined in a gap, and
 * after the end of the line.
 */
function valueNear(column: ArrayLike<number | null | undefined>, at: number): number | undefined {
  for (let i = at; i >= 0; i -= 1) {
    const value = column[i]
    if (value === null) return undefined
    if (value !== undefined) return i === at || hasAfter(column, at) ? value : undefined
  }
  return undefined
}

function hasAfter(column: ArrayLike<number | null | undefined>, at: number): boolean {
  for (let i = at + 1; i < column.length; i += 1) if (column[i] !== undefined) return true
  return false
}

/** Moves the cursor with an arrow key, or hides it with Escape. Returns false for other keys. */
function moveCursor(chart: uPlot | undefined, key: string): boolean {
  if (!chart || !['ArrowLeft', 'ArrowRight', 'Escape'].includes(key)) return false
  if (key === 'Escape') {
    chart.setCursor({ left: -10, top: -10 })
    return true
  }

  const xs = chart.data[0]
  const at = chart.cursor.idx ?? (key === 'ArrowRight' ? -1 : xs.length)
  const next = Math.min(xs.length - 1, Math.max(0, at + (key === 'ArrowRight' ? 1 : -1)))
  chart.setCursor({ left: chart.valToPos(xs[next]!, 'x'), top: chart.over.clientHeight / 2 })
  return true
}
