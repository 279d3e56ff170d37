import { useMemo, useRef, useState } from 'react'
import type { PointerEvent as ReactPointerEvent, ReactElement } from 'react'

import { formatTicks } from '../format.ts'
import { t } from '../texts/texts.ts'
import { drawLine, drawOutlinedText } from './axes.ts'
import { CanvasChart } from './canvas-chart.tsx'
import type { Size } from './canvas-chart.tsx'
import { IncrementalLayer } from './layer.ts'
import { invertIf, trialsInsideBrushes } from './parallel-axes.ts'
import type { Axis, Brush } from './parallel-axes.ts'
import { trialText } from './history.tsx'
import { positionOf, ticks } from './scales.ts'
import type { Scale } from './scales.ts'
import { temperColor, tickFont, cssToken } from './theme.ts'
import type { Trial, TrialSet } from './trials.ts'

/** Space around the axes, in pixels: their names are above them, lines of trials without a value below. */
const TOP = 34
const BOTTOM = 34
const SIDE = 56
const JITTER_PX = 5
const HANDLE_PX = 6
/**
 * With more trials than this, lines are one pixel of the screen wide: wider lines would hide one another and take long
 * to draw.
 */
const THIN_ABOVE_TRIALS = 2_000
/** Number of the best trials, which are drawn first, on a layer above the others. */
const BEST_ON_TOP = 300
/** Distances in pixels within which the pointer is on an axis, or on a line. */
const AXIS_PX = 24
const LINE_NEAR_PX = 6
/** Fraction of an axis by which one press of an arrow key moves the cursor. */
const KEY_STEP = 0.02
/** Time within one frame for drawing lines. */
const FRAME_MS = 8

export interface ParallelProps {
  readonly axes: readonly Axis[]
  readonly set: TrialSet
  readonly brushes: Readonly<Record<string, readonly Brush[]>>
  readonly onBrush: (name: string, brushes: readonly Brush[]) => void
  readonly onMove: (name: string, to: number) => void
  readonly onInvert: (name: string) => void
  readonly onOpen: (trial: Trial) => void
}

/**
 * All trials as lines across their parameters, coloured by their values, the best on top. A person can drag along an
 * axis to brush it (several times, too), click a brush to remove it, drag a name to move its axis, click a name to
 * invert its axis, and click a line to open its trial. Keys: ← → choose an axis, ↑ ↓ a place on it; Space begins and
 * ends a brush; Backspace removes the brushes of the axis; i inverts it; Shift with ← → moves it.
 */
export function Parallel({ axes, set, brushes, onBrush, onMove, onInvert, onOpen }: ParallelProps): ReactElement {
  const drag = useRef<{ axis: number; from: number; isName: boolean; hasMoved: boolean } | undefined>(undefined)
  const [pending, setPending] = useState<{ axis: number; brush: Brush } | undefined>()
  const [pointed, setPointed] = useState<{ trial: Trial; x: number; y: number } | undefined>()
  const [cursor, setCursor] = useState<KeyCursor | undefined>()
  const shown = useMemo(() => {
    if (!pending) return brushes
    const { name } = axes[pending.axis]!
    return { ...brushes, [name]: [...(brushes[name] ?? []), pending.brush] }
  }, [axes, brushes, pending])
  const insideIndices = useMemo(() => trialsInsideBrushes(set.trials, axes, shown), [set, axes, shown])
  const isBrushed = Object.values(shown).some((list) => list.length > 0)

  const xOf = (i: number, size: Size): number =>
    axes.length === 1 ? size.width / 2 : SIDE + (i / (axes.length - 1)) * (size.width - 2 * SIDE)
  const yOf = (part: number, size: Size): number => size.height - BOTTOM - part * (size.height - TOP - BOTTOM)
  const partAt = (y: number, size: Size): number =>
    Math.min(1, Math.max(0, (size.height - BOTTOM - y) / (size.height - TOP - BOTTOM)))

  const lines = useMemo(() => toLines(set, axes), [set, axes])
  const layers = useRef<readonly IncrementalLayer[]>(undefined)
  layers.current ??= [new IncrementalLayer(), new IncrementalLayer(), new IncrementalLayer()]

  const draw = (context: CanvasRenderingContext2D, size: Size): 'undone' | void => {
    const trace = (on: CanvasRenderingContext2D, { trial, parts }: Line): void => {
      on.beginPath()
      axes.forEach((axis, i) => {
        const part = parts[i]
        const jitter = axis.kind === 'category' && part !== undefined ? jitterOf(trial.index, i) : 0
        const y = part === undefined ? size.height - BOTTOM / 2 : yOf(part, size) + jitter
        if (i === 0) on.moveTo(xOf(i, size), y)
        else on.lineTo(xOf(i, size), y)
      })
      on.stroke()
    }

    const thinWidth = lines.length > THIN_ABOVE_TRIALS ? 1 / devicePixelRatio : undefined
    const drawOutside = (on: CanvasRenderingContext2D, line: Line): void => {
      const isFailed = line.trial.phase === 'failed'
      on.strokeStyle = cssToken(isFailed ? '--ph-failed' : '--axis')
      on.globalAlpha = isFailed ? 0.45 : 0.38
      on.lineWidth = thinWidth ?? 1
      on.setLineDash(isFailed ? [2, 3] : [])
      trace(on, line)
    }

    const thin = Math.min(1, Math.sqrt(BEST_ON_TOP / lines.length) * 2)
    const drawInside = (on: CanvasRenderingContext2D, line: Line): void => {
      const isBest = line.trial.index === set.best?.index
      on.strokeStyle = temperColor(line.worth)
      on.globalAlpha = isBest ? 1 : (0.3 + 0.6 * line.worth) * thin
      on.lineWidth = isBest ? 2.6 : (thinWidth ?? 1.2)
      trace(on, line)
    }

    const within = lines.filter(({ trial }) => trial.value !== null && insideIndices.has(trial.index))
    const key = [set, axes, cssToken('--panel')]
    const [top, middle, bottom] = layers.current!

    const until = performance.now() + FRAME_MS
    const isDone =
      top!.advance([...key, insideIndices], { size, until, lines: within.slice(-BEST_ON_TOP), draw: drawInside }) &&
      middle!.advance([...key, insideIndices], {
        size,
        until,
        lines: within.slice(0, -BEST_ON_TOP),
        draw: drawInside,
      }) &&
      bottom!.advance([...key, isBrushed], {
        size,
        until,
        lines: isBrushed ? lines : lines.filter(({ trial }) => trial.value === null),
        draw: drawOutside,
      })

    for (const layer of [bottom!, middle!, top!]) layer.copyTo(context, size)

    axes.forEach((axis, i) =>
      drawAxis(context, axis, {
        x: xOf(i, size),
        size,
        yOf,
        side: axes.length === 1 ? 'middle' : i === 0 ? 'first' : i === axes.length - 1 ? 'last' : 'middle',
      }),
    )
    axes.forEach((axis, i) =>
      (shown[axis.name] ?? []).forEach((brush) => drawBrush(context, axis, brush, { x: xOf(i, size), size, yOf })),
    )

    if (pointed) {
      context.strokeStyle = cssToken('--accent')
      context.lineWidth = 2.4
      const own = lines.find(({ trial }) => trial.index === pointed.trial.index)
      if (own) trace(context, own)
      context.lineWidth = 1
    }

    if (cursor) drawCursor(context, cursor, { x: xOf(cursor.axis, size), size, yOf })

    if (lines.some(({ parts }) => parts.includes(undefined))) {
      context.font = tickFont()
      context.fillStyle = cssToken('--ink-3')
      context.textAlign = 'left'
      context.textBaseline = 'middle'
      context.fillText(t('none'), 6, size.height - BOTTOM / 2)
    }

    if (!isDone) return 'undone'
  }

  /**
   * Returns the nearest line within 6 px of a place between two axes. Where there are brushes, only lines inside them
   * count.
   */
  const lineAt = (x: number, y: number, size: Size): Line | undefined => {
    const right = axes.findIndex((_, i) => xOf(i, size) >= x)
    if (right < 1) return undefined

    const along = (x - xOf(right - 1, size)) / (xOf(right, size) - xOf(right - 1, size))
    const height = ({ parts }: Line): number | undefined => {
      const [from, to] = [parts[right - 1], parts[right]].map((part) =>
        part === undefined ? size.height - BOTTOM / 2 : yOf(part, size),
      )
      return from! + along * (to! - from!)
    }

    let [nearest, distance] = [undefined as Line | undefined, LINE_NEAR_PX]
    for (const one of lines) {
      if (isBrushed && !insideIndices.has(one.trial.index)) continue
      const apart = Math.abs(height(one)! - y)
      if (apart <= distance) [nearest, distance] = [one, apart]
    }

    return nearest
  }

  const onKey = (key: string, isShift: boolean): boolean => {
    const at = cursor ?? { axis: 0, part: 0.5, from: undefined }
    const { name } = axes[at.axis] ?? axes[0]!
    const clamp = (value: number, max: number): number => Math.min(max, Math.max(0, value))
    const side = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
    const up = key === 'ArrowUp' ? 1 : key === 'ArrowDown' ? -1 : 0

    if (side !== 0) {
      const axis = cursor ? clamp(at.axis + side, axes.length - 1) : 0
      if (isShift && axis !== at.axis) onMove(name, axis)
      setCursor({ axis, part: 0.5, from: undefined })
    } else if (up !== 0) {
      const part = clamp(at.part + up * (isShift ? 5 : 1) * KEY_STEP, 1)
      setCursor({ ...at, part })
      setPending(
        at.from === undefined
          ? undefined
          : { axis: at.axis, brush: [Math.min(part, at.from), Math.max(part, at.from)] },
      )
    } else if (key === ' ') {
      if (at.from !== undefined && pending) onBrush(name, [...(brushes[name] ?? []), pending.brush])
      setPending(undefined)
      setCursor({ ...at, from: at.from === undefined ? at.part : undefined })
    } else if (key === 'Backspace' || key === 'Delete') onBrush(name, [])
    else if (key === 'i' && cursor) onInvert(name)
    else if (key === 'Escape' && cursor) {
      setCursor(undefined)
      setPending(undefined)
    } else return false
    return true
  }

  const onPointer = (event: ReactPointerEvent<HTMLCanvasElement>, size: Size): void => {
    const { offsetX: x, offsetY: y } = event.nativeEvent
    const axis = axes.reduce((best, _, i) => (Math.abs(xOf(i, size) - x) < Math.abs(xOf(best, size) - x) ? i : best), 0)
    const isOnAxis = y < TOP || Math.abs(xOf(axis, size) - x) <= AXIS_PX

    if (!drag.current) {
      const near = event.type === 'pointerleave' || isOnAxis ? undefined : lineAt(x, y, size)
      if (event.type === 'pointerup' && near) return onOpen(near.trial)
      if (near?.trial.index !== pointed?.trial.index) setPointed(near && { trial: near.trial, x, y })
    }

    if (event.type === 'pointerdown') {
      if (!isOnAxis) return
      setCursor(undefined)
      event.currentTarget.setPointerCapture(event.pointerId)
      drag.current = { axis, from: partAt(y, size), isName: y < TOP, hasMoved: false }
    } else if (event.type === 'pointermove' && drag.current) {
      const { current } = drag
      const to = partAt(y, size)
      if (current.isName) {
        if (axis !== current.axis) current.hasMoved = true
      } else if (Math.abs(to - current.from) > 0.01 || current.hasMoved) {
        current.hasMoved = true
        setPending({ axis: current.axis, brush: [Math.min(to, current.from), Math.max(to, current.from)] })
      }
    } else if (event.type === 'pointerup' && drag.current) {
      const { axis: from, isName, hasMoved, from: part } = drag.current
      const { name } = axes[from]!
      drag.current = undefined
      if (isName) {
        if (hasMoved && axis !== from) onMove(name, axis)
        else onInvert(name)
      } else if (hasMoved && pending) onBrush(name, [...(brushes[name] ?? []), pending.brush])
      else
        onBrush(
          name,
          (brushes[name] ?? []).filter(([low, high]) => part < low || part > high),
        )
      setPending(undefined)
    }
  }

  return (
    <CanvasChart
      label={t('parallel_label', { n: set.trials.length, inside: isBrushed ? insideIndices.size : set.trials.length })}
      draw={draw}
      onPointer={onPointer}
      onKey={onKey}
      cursor={pointed ? 'pointer' : 'crosshair'}
      tip={pointed && { x: pointed.x, y: pointed.y, text: trialText(pointed.trial) }}
    />
  )
}

/**
 * The place that keys have chosen: an axis, a fraction of its length, and the start of a brush that is not ended yet.
 */
interface KeyCursor {
  readonly axis: number
  readonly part: number
  readonly from: number | undefined
}

/** The line of a trial: where it crosses each axis. `worth` is -1 where the trial has no value. */
interface Line {
  readonly trial: Trial
  readonly worth: number
  readonly parts: readonly (number | undefined)[]
}

/** Returns the lines of all trials, the best last, so that they are drawn on top. */
function toLines(set: TrialSet, axes: readonly Axis[]): Line[] {
  return set.trials
    .map((trial) => ({
      trial,
      worth: trial.value === null ? -1 : set.qualityOf(trial.value),
      parts: axes.map(({ at }) => at(trial)),
    }))
    .toSorted((a, b) => a.worth - b.worth)
}

/**
 * Returns a small shift in pixels, fixed for each trial and axis, so that trials of the same category do not hide one
 * another.
 */
function jitterOf(index: number, axis: number): number {
  const hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(axis + 1, 0x85ebca6b)
  return (((hash >>> 8) % 1000) / 999 - 0.5) * 2 * JITTER_PX
}

interface AxisPlace {
  readonly x: number
  readonly size: Size
  readonly yOf: (part: number, size: Size) => number
}

function drawAxis(
  context: CanvasRenderingContext2D,
  axis: Axis,
  { x, size, yOf, side }: AxisPlace & { readonly side: 'first' | 'middle' | 'last' },
): void {
  const isLast = side === 'last'
  context.lineWidth = 1
  drawLine(context, cssToken('--ink-3'), [x, yOf(0, size), x, yOf(1, size)])

  const marks =
    axis.kind === 'category'
      ? axis.categories.map((text, i) => ({
          text,
          part: axis.categories.length === 1 ? 0.5 : i / (axis.categories.length - 1),
        }))
      : numberMarks(axis.scale)

  context.font = tickFont()
  context.textBaseline = 'middle'
  context.textAlign = isLast ? 'left' : 'right'
  for (const { text, part } of marks) {
    const y = yOf(invertIf(part, axis.isInverted), size)
    drawLine(context, cssToken('--ink-3'), [x - 3, y, x + 3, y])
    drawOutlinedText(context, cut(text, 12), [x + (isLast ? 8 : -7), y], cssToken('--ink-2'))
  }

  context.font = tickFont(12, isLast ? 600 : 400)
  context.textAlign = ({ first: 'left', middle: 'center', last: 'right' } as const)[side]
  context.textBaseline = 'top'

  const name =
    cut(axis.name, 20) +
    (axis.scale.isLog && axis.kind === 'number' ? ` ${t('log_axis')}` : '') +
    (axis.isInverted ? ' ↓' : '')
  drawOutlinedText(context, name, [{ first: 8, middle: x, last: size.width - 8 }[side], 8], cssToken('--ink'))
}

function numberMarks(scale: Scale): { text: string; part: number }[] {
  const values = ticks(scale, 4)
  return formatTicks(values).map((text, i) => ({ text, part: positionOf(scale, values[i]!) }))
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

function drawCursor(context: CanvasRenderingContext2D, { part }: KeyCursor, { x, size, yOf }: AxisPlace): void {
  context.lineWidth = 2
  drawLine(context, cssToken('--accent'), [x - 10, yOf(part, size), x + 10, yOf(part, size)])
  context.lineWidth = 1
}

function drawBrush(
  context: CanvasRenderingContext2D,
  axis: Axis,
  [low, high]: Brush,
  { x, size, yOf }: AxisPlace,
): void {
  const [top, bottom] = [yOf(high, size), yOf(low, size)]
  context.fillStyle = cssToken('--accent')
  context.globalAlpha = 0.16
  context.fillRect(x - HANDLE_PX, top, 2 * HANDLE_PX, bottom - top)

  context.globalAlpha = 1
  context.lineWidth = 1.4
  context.strokeStyle = cssToken('--accent')
  context.strokeRect(x - HANDLE_PX, top, 2 * HANDLE_PX, bottom - top)
  context.lineWidth = 3
  drawLine(context, cssToken('--accent'), [x - 4, top, x + 4, top])
  drawLine(context, cssToken('--accent'), [x - 4, bottom, x + 4, bottom])
}
