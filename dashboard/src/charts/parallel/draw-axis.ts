import { formatTicks } from '../../format.ts'
import { t } from '../../texts/texts.ts'
import { drawLine, drawOutlinedText } from '../drawing.ts'
import { positionOf, ticks } from '../scales.ts'
import type { Scale } from '../scales.ts'
import { tickFont, cssToken } from '../theme.ts'
import { invertIf } from './parallel-axes.ts'
import type { Axis, Brush } from './parallel-axes.ts'
import type { KeyCursor } from './parallel-input.ts'
import type { ParallelLayout } from './parallel-layout.ts'

const HANDLE_PX = 6
/** Numbers of characters to which the names of categories and of axes are shortened. */
const CATEGORY_CHARS = 12
const NAME_CHARS = 20

/** Draws axis `i` with its labels and its name. Labels of the last axis are to its right, others to the left. */
export function drawAxis(
  context: CanvasRenderingContext2D,
  axes: readonly Axis[],
  i: number,
  { size, toX, toY }: ParallelLayout,
): void {
  const [axis, x] = [axes[i]!, toX(i)]
  const side = axes.length === 1 ? 'middle' : i === 0 ? 'first' : i === axes.length - 1 ? 'last' : 'middle'
  const isLast = side === 'last'

  context.lineWidth = 1
  drawLine(context, cssToken('--ink-3'), [x, toY(0), x, toY(1)])

  context.font = tickFont()
  context.textBaseline = 'middle'
  context.textAlign = isLast ? 'left' : 'right'
  for (const { text, fraction } of labelsOf(axis)) {
    const y = toY(invertIf(fraction, axis.isInverted))
    drawLine(context, cssToken('--ink-3'), [x - 3, y, x + 3, y])
    drawOutlinedText(context, cut(text, CATEGORY_CHARS), [x + (isLast ? 8 : -7), y], cssToken('--ink-2'))
  }

  context.font = tickFont(12, isLast ? 600 : 400)
  context.textAlign = ({ first: 'left', middle: 'center', last: 'right' } as const)[side]
  context.textBaseline = 'top'

  const name =
    cut(axis.name, NAME_CHARS) +
    (axis.scale.isLog && axis.kind === 'number' ? ` ${t('log_axis')}` : '') +
    (axis.isInverted ? ' ↓' : '')
  drawOutlinedText(context, name, [{ first: 8, middle: x, last: size.width - 8 }[side], 8], cssToken('--ink'))
}

/** Returns the labels of an axis with their distances from its low end, as fractions of its length. */
function labelsOf({ kind, categories, scale }: Axis): { text: string; fraction: number }[] {
  if (kind === 'number') return numberLabels(scale)
  return categories.map((text, i) => ({ text, fraction: categories.length === 1 ? 0.5 : i / (categories.length - 1) }))
}

function numberLabels(scale: Scale): { text: string; fraction: number }[] {
  const values = ticks(scale, 4)
  return formatTicks(values).map((text, i) => ({ text, fraction: positionOf(scale, values[i]!) }))
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

/** Draws a brush as a shaded part of the axis that is at `x` pixels. */
export function drawBrush(
  context: CanvasRenderingContext2D,
  [low, high]: Brush,
  x: number,
  { toY }: ParallelLayout,
): void {
  const [top, bottom] = [toY(high), toY(low)]
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

/** Draws the cursor of the keyboard as a short horizontal line across its axis. */
export function drawCursor(
  context: CanvasRenderingContext2D,
  { axis, fraction }: KeyCursor,
  { toX, toY }: ParallelLayout,
): void {
  const [x, y] = [toX(axis), toY(fraction)]
  context.lineWidth = 2
  drawLine(context, cssToken('--accent'), [x - 10, y, x + 10, y])
  context.lineWidth = 1
}

/**
 * Draws the label for "no value" at the left end of the height at which lines cross axes for which they have no value.
 */
export function drawNoneLabel(context: CanvasRenderingContext2D, { noneY }: ParallelLayout): void {
  context.font = tickFont()
  context.fillStyle = cssToken('--ink-3')
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillText(t('none'), 6, noneY)
}
