import type { ContourMultiPolygon } from 'd3-contour'

import type { Frame } from '../frame.ts'
import { temperColor } from '../theme.ts'
import { GRID } from './contour-points.ts'

/**
 * Draws the areas of `toContourShapes`, each filled with the colour of its level. A stronger colour is a better value.
 */
export function drawContourShapes(
  context: CanvasRenderingContext2D,
  { left, right, top, bottom }: Frame,
  shapes: readonly ContourMultiPolygon[],
  isMaximized: boolean,
): void {
  context.save()
  context.globalAlpha = 0.75

  for (const { value, coordinates } of shapes) {
    context.fillStyle = temperColor(isMaximized ? value : 1 - value)
    context.beginPath()
    for (const ring of coordinates.flat())
      ring.forEach(([column, row], i) => {
        const x = left + (column! / GRID) * (right - left)
        const y = bottom - (row! / GRID) * (bottom - top)
        if (i === 0) context.moveTo(x, y)
        else context.lineTo(x, y)
      })
    context.fill('evenodd')
  }

  context.restore()
}
