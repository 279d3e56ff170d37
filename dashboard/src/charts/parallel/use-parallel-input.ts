import { useRef, useState } from 'react'
import type { PointerEvent as ReactPointerEvent } from 'react'

import type { Size } from '../canvas-chart.tsx'
import type { Trial } from '../trials.ts'
import type { Axis, Brush } from './parallel-axes.ts'
import { changeBrushes, dragTo, endDrag, pressKey } from './parallel-input.ts'
import type { AxisChange, Drag, KeyCursor, PendingBrush } from './parallel-input.ts'
import { layoutOf } from './parallel-layout.ts'
import { lineAt } from './trial-lines.ts'
import type { TrialLine } from './trial-lines.ts'

/**
 * The axes of a chart, their brushes by name of the axis, and functions that are called with the changes of a person.
 */
export interface ParallelInputOptions {
  readonly axes: readonly Axis[]
  readonly brushes: Readonly<Record<string, readonly Brush[]>>
  readonly onBrush: (name: string, brushes: readonly Brush[]) => void
  readonly onMove: (name: string, to: number) => void
  readonly onInvert: (name: string) => void
  readonly onOpen: (trial: Trial) => void
}

/** The trial whose line is under the pointer, and where in pixels the pointer came onto that line. */
export interface PointedLine {
  readonly trial: Trial
  readonly x: number
  readonly y: number
}

export interface ParallelInput {
  /** The brush that a person is drawing, with the pointer or with keys. */
  readonly pending: PendingBrush | undefined
  readonly cursor: KeyCursor | undefined
  readonly pointed: PointedLine | undefined
  /** Handles an event of the pointer. `lines` are the lines that the pointer can pick. */
  readonly handlePointer: (event: ReactPointerEvent<HTMLCanvasElement>, size: Size, lines: readonly TrialLine[]) => void
  /** Handles a key press. Returns false for a key that does nothing. */
  readonly handleKey: (key: string, isShift: boolean) => boolean
}

/** Handles the pointer and the keys with which a person brushes, moves and inverts axes and opens trials. */
export function useParallelInput({
  axes,
  brushes,
  onBrush,
  onMove,
  onInvert,
  onOpen,
}: ParallelInputOptions): ParallelInput {
  const drag = useRef<Drag | undefined>(undefined)
  const [pending, setPending] = useState<PendingBrush | undefined>()
  const [cursor, setCursor] = useState<KeyCursor | undefined>()
  const [pointed, setPointed] = useState<PointedLine | undefined>()

  const apply = (change: AxisChange): void => {
    // The axis of the keyboard cursor may have been removed. The first axis is then changed.
    const { name } = axes[change.axis] ?? axes[0]!
    const changed = changeBrushes(brushes[name] ?? [], change)
    if (changed) onBrush(name, changed)
    else if (change.type === 'move') onMove(name, change.to)
    else onInvert(name)
  }

  const handleKey = (key: string, isShift: boolean): boolean => {
    const result = pressKey({ cursor, pending }, { key, isShift, axisCount: axes.length })
    if (!result) return false
    if (result.change) apply(result.change)
    setCursor(result.cursor)
    setPending(result.pending)
    return true
  }

  const handlePointer: ParallelInput['handlePointer'] = (event, size, lines) => {
    const { offsetX: x, offsetY: y } = event.nativeEvent
    const layout = layoutOf(axes.length, size)
    const { axis, isOn, isName } = layout.axisNear(x, y)

    if (!drag.current) {
      const near = event.type === 'pointerleave' || isOn ? undefined : lineAt([x, y], lines, axes.length, layout)
      if (event.type === 'pointerup' && near) return onOpen(near.trial)
      if (near?.trial.index !== pointed?.trial.index) setPointed(near && { trial: near.trial, x, y })
    }

    if (event.type === 'pointerdown' && isOn) {
      setCursor(undefined)
      event.currentTarget.setPointerCapture(event.pointerId)
      drag.current = { axis, from: layout.toFraction(y), isName, hasMoved: false }
    } else if (event.type === 'pointermove' && drag.current) {
      const next = dragTo(drag.current, { axis, fraction: layout.toFraction(y) })
      drag.current = next.drag
      if (next.pending) setPending(next.pending)
    } else if (event.type === 'pointerup' && drag.current) {
      const ended = drag.current
      drag.current = undefined
      apply(endDrag(ended, axis, pending))
      setPending(undefined)
    }
  }

  return { pending, cursor, pointed, handlePointer, handleKey }
}
