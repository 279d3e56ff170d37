import type { PointerEvent } from 'react'

import { formatTicks } from '../format.ts'
import type { Size } from './canvas-chart.tsx'
import { positionOf, ticks } from './scales.ts'
import type { Scale } from './scales.ts'
import { tickFont, cssToken } from './theme.ts'

/**
 * The area of a plot: its edges in pixels, and functions from values to pixels. `y` moves values beyond the axis to its
 * ends.
 */
export interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

/** Space around a plot for the labels of its axes, in pixels. */
export const MARGIN = { left: 52, right: 14, top: 10, bottom: 26 }

/**
 * Draws the axes of a plot: a horizontal grid, a base line with ticks, and labels with round values. Returns the area
 * of the plot.
 */
export function drawFrame(
  context: CanvasRenderingContext2D,
  size: Size,
  {
    x,
    y,
    xName = '',
    margin = MARGIN,
  }: { readonly x: Scale; readonly y: Scale; readonly xName?: string; readonly margin?: typeof MARGIN },
): Frame {
  const frame = {
    left: margin.left,
    right: size.width - margin.right,
    top: margin.top,
    bottom: size.height - margin.bottom,
    x: (value: number): number => margin.left + positionOf(x, value) * (size.width - margin.left - margin.right),
    y: (value: number): number =>
      size.height -
      margin.bottom -
      Math.min(1, Math.max(0, positionOf(y, value))) * (size.height - margin.top - margin.bottom),
  }

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
  // The name of the axis stands at its right end. Labels that it would cover are left out.
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
 * Replaces the numbers of an axis by names of categories. Names are cut to the room they have, and some are left out
 * where there is too little.
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

/** Cuts a text to a width in pixels, with `…` at its end. */
function fitText(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text
  const chars = [...text]
  while (chars.length > 1 && context.measureText(`${chars.join('')}…`).width > width) chars.pop()
  return `${chars.join('')}…`
}

/** Draws a text with an outline in the colour of the background, so that it can be read on top of lines. */
export function drawOutlinedText(
  context: CanvasRenderingContext2D,
  text: string,
  [x, y]: readonly [number, number],
  color: string,
): void {
  context.lineJoin = 'round'
  context.strokeStyle = cssToken('--panel')
  context.lineWidth = 3
  context.strokeText(text, x, y)
  context.fillStyle = color
  context.fillText(text, x, y)
  context.lineWidth = 1
}

/** Draws a line from one point to another. */
export function drawLine(
  context: CanvasRenderingContext2D,
  color: string,
  [x0, y0, x1, y1]: readonly [number, number, number, number],
): void {
  context.strokeStyle = color
  context.beginPath()
  context.moveTo(x0, y0)
  context.lineTo(x1, y1)
  context.stroke()
}

/** Draws a circle that is filled, outlined or both. */
export function drawDot(
  context: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  radius: number,
  look: { readonly fill?: string; readonly stroke?: string },
): void {
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  if (look.fill !== undefined) {
    context.fillStyle = look.fill
    context.fill()
  }
  if (look.stroke !== undefined) {
    context.strokeStyle = look.stroke
    context.stroke()
  }
}

const NEAR_PX = 11

/** Returns the item nearest to the pointer; undefined where none is within 11 px, or the pointer has left. */
export function pointedAt<T extends { readonly x: number; readonly y: number }>(
  placed: readonly T[],
  event: PointerEvent<HTMLElement>,
): T | undefined {
  const { offsetX, offsetY } = event.nativeEvent
  const distance = ({ x, y }: T): number => Math.hypot(x - offsetX, y - offsetY)
  const [first] = placed
  if (event.type === 'pointerleave' || !first) return undefined
  const nearest = placed.reduce((best, one) => (distance(one) < distance(best) ? one : best), first)
  return distance(nearest) < NEAR_PX ? nearest : undefined
}

/** Draws a triangle at the upper or lower edge of a chart, for a point beyond that edge. */
export function drawEdgeTriangle(
  context: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  isAbove: boolean,
  color: string,
): void {
  const tip = isAbove ? -EDGE_PX : EDGE_PX
  context.beginPath()
  context.moveTo(x, y + tip)
  context.lineTo(x - EDGE_PX, y - tip / 2)
  context.lineTo(x + EDGE_PX, y - tip / 2)
  context.closePath()
  context.fillStyle = color
  context.fill()
}

const EDGE_PX = 3.5
