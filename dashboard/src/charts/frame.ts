import { formatTicks } from '../format.ts'
import type { Size } from './canvas-chart.tsx'
import { drawLine } from './drawing.ts'
import { positionOf, ticks } from './scales.ts'
import type { Scale } from './scales.ts'
import { tickFont, cssToken } from './theme.ts'

/**
 * The plot area of a chart, inside its axes: its edges in pixels, and functions from values to pixels. `y` moves values
 * beyond the axis to the nearer end of the axis; `x` does not.
 */
export interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

/** Space around the plot area for the labels of the axes, in pixels. */
export const MARGIN = { left: 52, right: 14, top: 10, bottom: 26 }

/** The scales of the axes, and the space around the plot area in pixels. */
export interface FrameScales {
  readonly x: Scale
  readonly y: Scale
  readonly margin?: typeof MARGIN
}

/** Returns the plot area of a chart of the given size. */
export function frameOf(size: Size, { x, y, margin = MARGIN }: FrameScales): Frame {
  const [width, height] = [size.width - margin.left - margin.right, size.height - margin.top - margin.bottom]
  const bottom = size.height - margin.bottom

  return {
    left: margin.left,
    right: size.width - margin.right,
    top: margin.top,
    bottom,
    x: (value) => margin.left + positionOf(x, value) * width,
    y: (value) => bottom - Math.min(1, Math.max(0, positionOf(y, value))) * height,
  }
}

/**
 * Draws the axes of a chart: a horizontal grid, a base line with ticks, labels with round values, and the name of the x
 * axis. Returns the plot area.
 */
export function drawFrame(
  context: CanvasRenderingContext2D,
  size: Size,
  { xName = '', ...scales }: FrameScales & { readonly xName?: string },
): Frame {
  const { x, y } = scales
  const frame = frameOf(size, scales)

  context.font = tickFont()
  context.lineWidth = 1
  context.textBaseline = 'middle'
  context.textAlign = 'right'

  const yTicks = ticks(y, Math.max(2, Math.round((frame.bottom - frame.top) / 42)))
  for (const [i, text] of formatTicks(yTicks).entries()) {
    const at = Math.round(frame.y(yTicks[i]!)) + 0.5
    drawLine(context, cssToken('--grid'), [frame.left, at, frame.right, at])
    context.fillStyle = cssToken('--ink-3')
    context.fillText(text, frame.left - 7, at)
  }

  drawLine(context, cssToken('--axis'), [frame.left, frame.bottom + 0.5, frame.right, frame.bottom + 0.5])
  context.textAlign = 'center'
  context.textBaseline = 'top'
  context.fillStyle = cssToken('--ink-3')

  const xTicks = ticks(x, Math.max(2, Math.round((frame.right - frame.left) / 90)))
  // The name of the axis is at its right end. Labels that the name would cover are left out.
  const free = xName === '' ? size.width : frame.right - context.measureText(xName).width - 8
  for (const [i, text] of formatTicks(xTicks).entries()) {
    const at = frame.x(xTicks[i]!)
    drawLine(context, cssToken('--axis'), [at, frame.bottom, at, frame.bottom + 4])
    if (at + context.measureText(text).width / 2 < free) context.fillText(text, at, frame.bottom + 7)
  }

  context.textAlign = 'right'
  context.fillText(xName, frame.right, frame.bottom + 7)
  return frame
}

const LINE_PX = 13
const LABEL_PX = 28

/**
 * Replaces the numbers along the x or y axis by the names of categories, which have the coordinates 0, 1, 2, …. Names
 * are shortened to the available width. If they would overlap, only every nth is drawn.
 */
export function drawCategories(
  context: CanvasRenderingContext2D,
  size: Size,
  {
    frame,
    side,
    categories,
  }: { readonly frame: Frame; readonly side: 'x' | 'y'; readonly categories: readonly string[] },
): void {
  context.fillStyle = cssToken('--panel')
  if (side === 'x') context.fillRect(0, frame.bottom + 1, size.width, size.height - frame.bottom)
  else context.fillRect(0, 0, frame.left - 1, frame.bottom)

  context.fillStyle = cssToken('--ink-2')
  context.textAlign = side === 'x' ? 'center' : 'right'
  context.textBaseline = side === 'x' ? 'top' : 'middle'

  const room = side === 'x' ? Math.abs(frame.x(1) - frame.x(0)) : Math.abs(frame.y(1) - frame.y(0))
  const each = Math.max(1, Math.ceil((side === 'x' ? LABEL_PX : LINE_PX) / room))
  for (let i = 0; i < categories.length; i += each) {
    if (side === 'x') context.fillText(fitText(context, categories[i]!, each * room - 6), frame.x(i), frame.bottom + 7)
    else context.fillText(fitText(context, categories[i]!, frame.left - 9), frame.left - 7, frame.y(i))
  }
}

/** Returns a text unchanged if it fits in a width in pixels; otherwise shortened to that width, with `…` at its end. */
function fitText(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text
  const chars = [...text]
  while (chars.length > 1 && context.measureText(`${chars.join('')}…`).width > width) chars.pop()
  return `${chars.join('')}…`
}
