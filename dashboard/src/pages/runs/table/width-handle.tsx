import { useRef } from 'react'
import type { ReactElement } from 'react'

import { clampWidth, WIDTH_LIMITS } from '../runs-state.ts'
import css from './width-handle.module.css'

/** Change of width with one press of an arrow key. */
const STEP_PX = 16

interface WidthHandleProps {
  readonly label: string
  readonly width: number
  /**
   * Called with the new width in pixels: with `isDone` false while the edge is
   * dragged, with true after the drag or a key.
   */
  readonly onWidth: (width: number, isDone: boolean) => void
}

/** The right edge of a head, which resizes the column by dragging or with the arrow keys. */
export function WidthHandle({ label, width, onWidth }: WidthHandleProps): ReactElement {
  const drag = useRef<{ x: number; width: number } | undefined>(undefined)

  return (
    <span
      className={css.handle}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={WIDTH_LIMITS.min}
      aria-valuemax={WIDTH_LIMITS.max}
      tabIndex={0}
      draggable
      onDragStart={(event) => {
        // Cancels the browser's own drag of the head, which dragging its edge would start.
        event.preventDefault()
        event.stopPropagation()
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = { x: event.clientX, width }
      }}
      onPointerMove={(event) =>
        drag.current && onWidth(clampWidth(drag.current.width + event.clientX - drag.current.x), false)
      }
      onPointerUp={(event) => {
        if (drag.current) onWidth(clampWidth(drag.current.width + event.clientX - drag.current.x), true)
        drag.current = undefined
      }}
      onPointerCancel={() => (drag.current = undefined)}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowLeft' ? -STEP_PX : event.key === 'ArrowRight' ? STEP_PX : 0
        if (by === 0) return
        event.preventDefault()
        onWidth(clampWidth(width + by), true)
      }}
    />
  )
}
