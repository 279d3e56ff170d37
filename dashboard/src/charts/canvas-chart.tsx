import { useEffect, useRef } from 'react'
import type { PointerEvent as ReactPointerEvent, ReactElement } from 'react'

import css from './canvas-chart.module.css'
import { onThemeChange } from './theme.ts'

/** A size in CSS pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** Properties of `CanvasChart`. */
export interface CanvasChartProps {
  readonly label: string
  /**
   * Draws the whole chart on the cleared canvas, in CSS pixels. If `draw` returns `undone`, the canvas is cleared and
   * `draw` is called again in the next frame.
   */
  readonly draw: (context: CanvasRenderingContext2D, size: Size) => 'undone' | void
  readonly onPointer?: (event: ReactPointerEvent<HTMLCanvasElement>, size: Size) => void
  /**
   * Handles a key that is pressed without Ctrl, Alt or ⌘. Returns true to prevent the default action of the browser.
   */
  readonly onKey?: (key: string, isShift: boolean) => boolean
  readonly cursor?: string
  /**
   * A text that is shown beside the point (`x`, `y`) of the canvas, in CSS pixels. Each part between ` · ` is a line.
   */
  readonly tip?: { readonly x: number; readonly y: number; readonly text: string } | undefined
}

/**
 * A canvas that fills its container, is sharp on every screen, and is drawn again when `draw`, its size or the theme
 * changes.
 */
export function CanvasChart({ label, draw, onPointer, onKey, cursor, tip }: CanvasChartProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null)
  const latest = useRef(draw)
  latest.current = draw

  const frame = useRef(0)
  const repaint = useRef(() => {
    cancelAnimationFrame(frame.current)
    frame.current = requestAnimationFrame(() => {
      const node = canvas.current
      const context = node?.getContext('2d')
      if (!node || !context || node.clientWidth === 0) return
      const ratio = devicePixelRatio
      const size = { width: node.clientWidth, height: node.clientHeight }
      if (node.width !== Math.round(size.width * ratio)) node.width = Math.round(size.width * ratio)
      if (node.height !== Math.round(size.height * ratio)) node.height = Math.round(size.height * ratio)
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      context.clearRect(0, 0, size.width, size.height)
      if (latest.current(context, size) === 'undone') repaint.current()
    })
  })

  useEffect(() => {
    const resize = new ResizeObserver(() => repaint.current())
    resize.observe(canvas.current!)
    const off = onThemeChange(() => repaint.current())
    return () => {
      resize.disconnect()
      off()
    }
  }, [])

  // A chart passes another `draw` function whenever its data has changed.
  useEffect(() => repaint.current(), [draw])

  const point =
    onPointer &&
    ((event: ReactPointerEvent<HTMLCanvasElement>) =>
      onPointer(event, { width: event.currentTarget.clientWidth, height: event.currentTarget.clientHeight }))

  return (
    <div className={css.chart}>
      <canvas
        ref={canvas}
        className={css.canvas}
        role="img"
        aria-label={label}
        {...(onKey && { tabIndex: 0 })}
        style={cursor === undefined ? undefined : { cursor }}
        {...(point && { onPointerDown: point, onPointerMove: point, onPointerUp: point, onPointerLeave: point })}
        onKeyDown={(event) =>
          !event.ctrlKey &&
          !event.metaKey &&
          !event.altKey &&
          onKey?.(event.key, event.shiftKey) &&
          event.preventDefault()
        }
      />
      {tip && <Tip {...tip} width={canvas.current?.clientWidth ?? 0} />}
    </div>
  )
}

/** The tip of a chart, on the side of the point that has more room. */
function Tip({
  x,
  y,
  text,
  width,
}: {
  readonly x: number
  readonly y: number
  readonly text: string
  readonly width: number
}): ReactElement {
  const side = x > width / 2 ? { right: width - x + TIP_APART_PX } : { left: x + TIP_APART_PX }
  return (
    <div className={css.tip} aria-hidden="true" style={{ ...side, top: Math.max(0, y - TIP_APART_PX) }}>
      {text.split(' · ').map((part) => (
        <div key={part}>{part}</div>
      ))}
    </div>
  )
}

const TIP_APART_PX = 12
