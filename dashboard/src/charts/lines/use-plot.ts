import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import type { RefObject } from 'react'
import uPlot from 'uplot'

import 'uplot/dist/uPlot.min.css'
import { onThemeChange } from '../theme.ts'
import { firstRawColumn, toColumns } from './plot-columns.ts'
import { nextIndex, readValues } from './cursor.ts'
import type { CursorPlace, Readout } from './cursor.ts'
import type { DrawnLine, Zoom } from './drawn-line.ts'
import type { XAxis } from './lines.ts'
import { toPlotOptions } from './uplot-options.ts'

export interface PlotProps {
  readonly lines: readonly DrawnLine[]
  readonly axis: XAxis
  readonly smoothing: number
  readonly isLog: boolean
  readonly hovered: string | undefined
  readonly onHover: ((key: string | undefined) => void) | undefined
  readonly zoom: Zoom | undefined
  readonly setZoom: (zoom: Zoom | undefined) => void
}

/**
 * Draws lines into an element with uPlot, and draws them again when the properties, the theme or the size of the
 * element change. Returns the values at the cursor, and a function that moves the cursor by a key and returns false for
 * a key that it does not handle.
 */
export function usePlot(
  holder: RefObject<HTMLDivElement | null>,
  props: PlotProps,
): { readonly readout: Readout | undefined; readonly moveCursor: (key: string) => boolean } {
  const { lines, axis, smoothing, isLog, hovered, onHover, zoom, setZoom } = props
  const plot = useRef<uPlot>(undefined)
  const hover = useRef(hovered)
  const [readout, setReadout] = useState<Readout | undefined>()

  const data = useMemo(() => toColumns(lines, smoothing), [lines, smoothing])
  const latest = useRef({ data, lines, onHover, axis, zoom, setZoom })
  latest.current = { data, lines, onHover, axis, zoom, setZoom }

  const create = useEffectEvent((node: HTMLElement): void => {
    plot.current?.destroy()
    const onCursor = (chart: uPlot): void => setReadout(readCursor(chart, latest.current))
    const options = toPlotOptions({ axis, isLog, smoothing, size: sizeOf(node), hover, latest, onCursor })
    plot.current = new uPlot(options, latest.current.data, node)
  })

  // The plot is created again when this text changes: with the axes, the smoothing, or the keys and looks of the lines.
  // New points of the same lines arrive through `setData`.
  const shape = [
    axis,
    isLog,
    smoothing,
    ...lines.map(({ key, look, hasBand, isGrowing }) => `${key}${look.color}${look.dash}${hasBand}${isGrowing}`),
  ].join('|')

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
  }, [holder, shape])

  useEffect(() => {
    plot.current?.setData(data)
  }, [data, zoom])

  useEffect(() => {
    hover.current = hovered
    plot.current?.redraw(false)
  }, [hovered])

  return { readout, moveCursor: (key) => plot.current !== undefined && moveCursor(plot.current, key) }
}

/**
 * Returns the size of an element in whole CSS pixels, at least 80. Sizes are rounded down, because a rounded-up plot
 * would not fit into the element.
 */
function sizeOf(node: HTMLElement): { width: number; height: number } {
  const { width, height } = node.getBoundingClientRect()
  return { width: Math.max(80, Math.floor(width)), height: Math.max(80, Math.floor(height)) }
}

/**
 * Returns the values at the cursor; undefined if the cursor is outside of the plot. While the pointer is over this
 * chart, calls `onHover` with the key of the line nearest to the cursor.
 */
function readCursor(
  chart: uPlot,
  { data, lines, axis, onHover }: Pick<PlotProps, 'lines' | 'axis' | 'onHover'> & { readonly data: uPlot.AlignedData },
): Readout | undefined {
  const place = cursorPlaceOf(chart)
  if (!place) return undefined

  const readout = readValues(place, { lines, columns: data, firstColumn: firstRawColumn(lines), axis })
  if (readout.nearest !== undefined && chart.root.matches(':hover')) onHover?.(readout.nearest)
  return readout
}

/** Returns the position of the cursor; undefined if the cursor is outside of the plot. */
function cursorPlaceOf(chart: uPlot): CursorPlace | undefined {
  const { idx, left, top = 0 } = chart.cursor
  if (idx === null || idx === undefined || left === undefined || left < 0) return undefined

  const { min = 0, max = 0 } = chart.scales['y']!
  return {
    index: idx,
    left,
    top,
    areaLeft: chart.bbox.left / devicePixelRatio,
    areaWidth: chart.over.clientWidth,
    yRange: [min, max],
    toY: (value) => chart.valToPos(value, 'y'),
  }
}

/** Moves the cursor to the next point with ← or →, or hides the cursor with Escape. Returns false for other keys. */
function moveCursor(chart: uPlot, key: string): boolean {
  if (key === 'Escape') {
    chart.setCursor({ left: -10, top: -10 })
    return true
  }

  const xs = chart.data[0]
  const next = nextIndex(key, chart.cursor.idx ?? undefined, xs.length)
  if (next === undefined) return false
  chart.setCursor({ left: chart.valToPos(xs[next]!, 'x'), top: chart.over.clientHeight / 2 })
  return true
}
