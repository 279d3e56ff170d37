import { cssToken } from './theme.ts'

/** Half the width of the triangle that marks a point beyond the edge of a chart, in CSS pixels. */
const EDGE_PX = 3.5

/** Draws a text with an outline in the colour of the background, so that the text is legible on top of lines. */
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

/**
 * Draws a triangle that marks a point beyond the upper (`isAbove`) or lower edge of a chart. The triangle is at (`x`,
 * `y`) and points to that edge.
 */
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
