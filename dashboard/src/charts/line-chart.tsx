import { useEffect, useMemo, useRef, useState } from 'react'
import type { ReactElement } from 'react'
import uPlot from 'uplot'

import 'uplot/dist/uPlot.min.css'
import { formatClock, formatDuration, formatNumber } from '../format.ts'
import { t } from '../texts/texts.ts'
import type { RunLook } from '../ui/run-color.tsx'
import { join, smooth } from './lines.ts'
import type { Line, XAxis } from './lines.ts'
import { onThemeChange, tickFont, token } from './theme.ts'

export interface DrawnLine {
  readonly key: string
  readonly label: string
  readonly look: RunLook
  readonly line: Line
  /** It still grows: its end is cut on the slant. */
  readonly isOpen: boolean
}

export interface LineChartProps {
  readonly lines: readonly DrawnLine[]
  readonly axis: XAxis
  readonly smoothing?: number
  readonly isLog?: boolean
  /** The run that is lifted, here and wherever else it is drawn. */
  readonly hovered?: string | undefined
  readonly onHover?: ((key: string | undefined) => void) | undefined
  readonly label: string
}

/** Charts that share an axis share their cursor. */
const SYNC = 'hagane'
const ENVELOPE = '26'
const RAW = '3d'
const NEAREST_MAX = 6

/** Lines over steps or time. Drag to zoom, double click to see all again; arrows move the cursor point by point. */
export function LineChart({ lines, axis, smoothing = 0, isLog = false, hovered, onHover, label }: LineChartProps): ReactElement {
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const hover = useRef(hovered)
  const isZoomed = useRef(false)
  const [cursor, setCursor] = useState<Cursor | undefined>()
  const shape = [axis, isLog, smoothing, ...lines.map(({ key, look }) => `${key}${look.color}${look.dash}`)].join('|')
  const data = useMemo(() => toData(lines, smoothing), [lines, smoothing])
  const latest = useRef({ data, lines, onHover, axis })
  latest.current = { data, lines, onHover, axis }

  useEffect(() => {
    const node = holder.current!
    const create = (): void => {
      plot.current?.destroy()
      plot.current = new uPlot(
        optionsFor(latest.current.lines, {
          axis,
          isLog,
          smoothing,
          size: sizeOf(node),
          hover,
          onZoom: () => (isZoomed.current = true),
          onCursor: (at) => setCursor(readCursor(at, latest.current)),
        }),
        latest.current.data,
        node,
      )
    }
    isZoomed.current = false
    create()
    const showAll = (): void => void (isZoomed.current = false)
    node.addEventListener('dblclick', showAll)
    const resize = new ResizeObserver(() => plot.current?.setSize(sizeOf(node)))
    resize.observe(node)
    const offTheme = onThemeChange(create)
    return () => {
      resize.disconnect()
      offTheme()
      node.removeEventListener('dblclick', showAll)
      plot.current?.destroy()
      plot.current = undefined
    }
    // The plot is made anew when its lines are others; their points come by `setData`.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [shape])

  useEffect(() => {
    const chart = plot.current
    if (!chart || chart.data === data) return
    chart.setData(data, !isZoomed.current)
    if (isZoomed.current) chart.redraw(true)
  }, [data])

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

/** Names beside the ends of the lines, in the order of their last values; they stand for a legend. */
function Labels({ lines, hovered, onHover }: Pick<LineChartProps, 'lines' | 'hovered' | 'onHover'>): ReactElement | null {
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
          <span className="clip">{label}</span>
        </li>
      ))}
      {ordered.length > LABELS_MAX && <li>{t('and_more', { n: ordered.length - LABELS_MAX })}</li>}
    </ul>
  )
}

function lastOf({ y }: Line): number {
  return y.findLast((value) => value !== null) ?? -Infinity
}

/** Raw lines first where they are smoothed: truth stays behind what is easier to read. One line alone has its envelope. */
function toData(lines: readonly DrawnLine[], smoothing: number): uPlot.AlignedData {
  const raw = lines.map(({ line }) => line)
  const envelope =
    lines.length === 1 && raw[0]
      ? [
          { ...raw[0], y: raw[0].low },
          { ...raw[0], y: raw[0].high },
        ]
      : []
  const smoothed = smoothing > 0 ? raw.map((line) => ({ ...line, y: smooth(line.y, smoothing) })) : []
  const { x, columns } = join([...envelope, ...raw, ...smoothed])
  return [x, ...columns] as uPlot.AlignedData
}

interface PlotOptions {
  readonly axis: XAxis
  readonly isLog: boolean
  readonly smoothing: number
  readonly size: { readonly width: number; readonly height: number }
  readonly hover: { readonly current: string | undefined }
  readonly onCursor: (chart: uPlot) => void
  readonly onZoom: () => void
}

function optionsFor(lines: readonly DrawnLine[], { axis, isLog, smoothing, size, hover, onCursor, onZoom }: PlotOptions): uPlot.Options {
  const [ink, grid, base] = [token('--ink-3'), token('--grid'), token('--axis')]
  const strokeOf = (drawn: DrawnLine) => () =>
    token(drawn.look.color) + (hover.current !== undefined && hover.current !== drawn.key && lines.length > 1 ? '66' : '')
  const plain = lines.map((drawn): uPlot.Series => ({
    label: drawn.label,
    stroke: smoothing > 0 ? () => token(drawn.look.color) + RAW : strokeOf(drawn),
    width: smoothing > 0 ? 1 : 1.5,
    dash: smoothing > 0 ? [] : [...drawn.look.dash],
    points: { show: drawn.line.x.length === 1, size: 5 },
  }))
  const smoothed =
    smoothing > 0
      ? lines.map((drawn): uPlot.Series => ({ label: drawn.label, stroke: strokeOf(drawn), width: 1.6, dash: [...drawn.look.dash], points: { show: false } }))
      : []
  const hasEnvelope = lines.length === 1
  const edge: uPlot.Series = { stroke: 'transparent', points: { show: false } }
  return {
    ...size,
    padding: [10, lines.length > 1 ? 104 : 14, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: `${SYNC} ${axis}`, setSeries: false }, drag: { x: true, y: false }, points: { size: 6 } },
    scales: { x: { time: false }, y: { distr: isLog ? 3 : 1 } },
    series: [{}, ...(hasEnvelope ? [edge, edge] : []), ...plain, ...smoothed],
    ...(hasEnvelope && { bands: [{ series: [2, 1] as [number, number], fill: () => token(lines[0]!.look.color) + ENVELOPE }] }),
    axes: [
      {
        stroke: ink,
        font: tickFont(),
        grid: { show: false },
        ticks: { stroke: base, size: 4, width: 1 },
        border: { show: true, stroke: base, width: 1 },
        size: 26,
        gap: 4,
        values: (_chart, splits) => splits.map((value) => formatX(value, axis)),
      },
      {
        stroke: ink,
        font: tickFont(),
        grid: { stroke: grid, width: 1 },
        ticks: { show: false },
        size: 52,
        gap: 6,
        values: (_chart, splits) => splits.map((value) => (value === null ? '' : formatNumber(value, 4))),
      },
    ],
    hooks: {
      setCursor: [onCursor],
      setSelect: [(chart) => chart.select.width > 0 && onZoom()],
      draw: [
        (chart) =>
          lines.forEach(
            (drawn, i) => drawn.isOpen && drawOpenEnd(chart, (hasEnvelope ? 3 : 1) + (smoothing > 0 ? lines.length : 0) + i, token(drawn.look.color)),
          ),
      ],
    },
  }
}

/** The live end of a line: a short stroke on the slant. */
function drawOpenEnd(chart: uPlot, column: number, color: string): void {
  const [xs, ys] = [chart.data[0], chart.data[column]!]
  const i = ys.findLastIndex((value) => value !== null && value !== undefined)
  if (i < 0) return
  const [x, y] = [chart.valToPos(xs[i]!, 'x', true), chart.valToPos(ys[i]!, 'y', true)]
  const { ctx } = chart
  const unit = devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.moveTo(x - 1.5 * unit, y + 4 * unit)
  ctx.lineTo(x + 2.5 * unit, y - 4 * unit)
  ctx.lineWidth = 2 * unit
  ctx.strokeStyle = color
  ctx.stroke()
  ctx.restore()
}

function formatX(value: number, axis: XAxis): string {
  if (axis === 'wall') return formatClock(value * 1000, false)
  if (axis === 'relative') return formatDuration(value)
  return Number.isInteger(value) ? value.toLocaleString('en-US').replaceAll(',', '\u2009') : formatNumber(value)
}

function sizeOf(node: HTMLElement): { width: number; height: number } {
  return { width: Math.max(80, node.clientWidth), height: Math.max(80, node.clientHeight) }
}

interface Cursor {
  readonly x: string
  readonly left: number
  readonly isRight: boolean
  readonly rows: readonly { key: string; name: string; value: string; color: string; dash: readonly number[] }[]
}

function readCursor(
  chart: uPlot,
  { data, lines, axis, onHover }: { data: uPlot.AlignedData; lines: readonly DrawnLine[]; axis: XAxis; onHover: LineChartProps['onHover'] },
): Cursor | undefined {
  const { idx, left, top } = chart.cursor
  if (idx === null || idx === undefined || left === undefined || left < 0) return undefined
  const columns = lines.map((drawn, i) => ({ drawn, column: data[(lines.length === 1 ? 3 : 1) + i]! }))
  const values = columns.flatMap(({ drawn, column }) => {
    const value = valueNear(column, idx)
    return value === undefined ? [] : [{ drawn, value, distance: Math.abs(chart.valToPos(value, 'y') - (top ?? 0)) }]
  })
  const near = values.toSorted((a, b) => a.distance - b.distance).slice(0, NEAREST_MAX)
  const isOver = chart.root.matches(':hover')
  if (isOver && near[0]) onHover?.(near[0].drawn.key)
  return {
    x: formatX(data[0][idx]!, axis),
    left: left + chart.bbox.left / devicePixelRatio,
    isRight: left > chart.over.clientWidth / 2,
    rows: near
      .toSorted((a, b) => b.value - a.value)
      .map(({ drawn: { key, label, look }, value }) => ({ key, name: label, value: formatNumber(value), color: look.color, dash: look.dash })),
  }
}

/** The last value at or before a place: lines need not have a point at every x. */
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
