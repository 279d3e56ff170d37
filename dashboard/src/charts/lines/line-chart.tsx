import { useRef, useState } from 'react'
import type { ReactElement } from 'react'

import type { DrawnLine, Zoom } from './drawn-line.ts'
import css from './line-chart.module.css'
import { LineLabels } from './line-labels.tsx'
import type { XAxis } from './lines.ts'
import { ReadoutBox } from './readout-box.tsx'
import { usePlot } from './use-plot.ts'

export interface LineChartProps {
  readonly lines: readonly DrawnLine[]
  readonly axis: XAxis
  readonly smoothing?: number
  readonly isLog?: boolean
  /** Key of the line that is emphasized; the others are drawn fainter. */
  readonly hovered?: string | undefined
  readonly onHover?: ((key: string | undefined) => void) | undefined
  /**
   * The range of the x axis that is shown; undefined: all. Ignored without `onZoom`: the chart then keeps its own
   * range. `onZoom` receives the range to show next, undefined for all.
   */
  readonly zoom?: Zoom | undefined
  readonly onZoom?: ((zoom: Zoom | undefined) => void) | undefined
  readonly label: string
}

/**
 * A chart of lines over steps, time or a metric. Dragging zooms in, a double click shows the whole x axis again, arrow
 * keys move the cursor point by point. `smoothing` is the weight of the moving average; 0: none.
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
  const [ownZoom, setOwnZoom] = useState<Zoom | undefined>()

  const { readout, moveCursor } = usePlot(holder, {
    lines,
    axis,
    smoothing,
    isLog,
    hovered,
    onHover,
    zoom: onZoom ? givenZoom : ownZoom,
    setZoom: onZoom ?? setOwnZoom,
  })

  return (
    <div
      className={css.chart}
      role="img"
      aria-label={label}
      tabIndex={0}
      onKeyDown={(event) => moveCursor(event.key) && event.preventDefault()}
      onPointerLeave={() => onHover?.(undefined)}
    >
      <div ref={holder} className={css.plot} />
      {readout && readout.rows.length > 0 && <ReadoutBox readout={readout} hovered={hovered} />}
      {lines.length > 1 && <LineLabels lines={lines} hovered={hovered} onHover={onHover} />}
    </div>
  )
}
