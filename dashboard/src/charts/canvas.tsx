import { useEffect, useRef } from 'react'
import type { PointerEvent as ReactPointerEvent, ReactElement } from 'react'

import { onThemeChange } from './theme.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

export interface SketchProps {
  readonly label: string
  /** Draws everything, in CSS pixels. Called again at the next frame where it says that it is not done. */
  readonly draw: (context: CanvasRenderingContext2D, size: Size) => 'undone' | void
  readonly onPointer?: (event: ReactPointerEvent<HTMLCanvasElement>, size: Size) => void
  readonly onKey?: (key: string) => boolean
  readonly cursor?: string
}

/** A canvas that is as large as its place, sharp on every screen, and drawn anew when its data, size or theme change. */
export function Sketch({ label, draw, onPointer, onKey, cursor }: SketchProps): ReactElement {
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
  useEffect(() => repaint.current())
  const point =
    onPointer &&
    ((event: ReactPointerEvent<HTMLCanvasElement>) => onPointer(event, { width: event.currentTarget.clientWidth, height: event.currentTarget.clientHeight }))
  return (
    <div className="chart">
      <canvas
        ref={canvas}
        className="sketch"
        role="img"
        aria-label={label}
        tabIndex={0}
        style={cursor === undefined ? undefined : { cursor }}
        {...(point && { onPointerDown: point, onPointerMove: point, onPointerUp: point, onPointerLeave: point })}
        onKeyDown={(event) => onKey?.(event.key) && event.preventDefault()}
      />
    </div>
  )
}
