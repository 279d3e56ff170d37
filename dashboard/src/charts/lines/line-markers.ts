import type uPlot from 'uplot'

import type { Line } from './lines.ts'
import { tickFont, cssToken } from '../theme.ts'

/** Largest number of crosses for one line. */
const GAPS_MAX = 500

/** Draws a cross near the x axis at each x where the value of a line is NaN or infinite. */
export function drawNonFiniteValues(chart: uPlot, { x, y }: Line, color: string): void {
  const { ctx, bbox } = chart
  const unit = devicePixelRatio
  const gaps = x.filter((_, i) => y[i] === null).slice(0, GAPS_MAX)

  ctx.save()
  ctx.strokeStyle = color
  ctx.lineWidth = 1.5 * unit
  ctx.beginPath()

  for (const value of gaps) {
    const at = chart.valToPos(value, 'x', true)
    if (at < bbox.left || at > bbox.left + bbox.width) continue
    const base = bbox.top + bbox.height - 4 * unit
    for (const side of [-1, 1]) {
      ctx.moveTo(at - 2.5 * unit, base - side * 2.5 * unit)
      ctx.lineTo(at + 2.5 * unit, base + side * 2.5 * unit)
    }
  }

  ctx.stroke()
  ctx.restore()
}

/**
 * Draws a dashed vertical line at the x value `at`, where a further attempt began, with `text`, the number of the
 * attempt.
 */
export function drawRestart(chart: uPlot, at: number, text: string): void {
  const x = chart.valToPos(at, 'x', true)
  const { ctx, bbox } = chart
  if (x < bbox.left || x > bbox.left + bbox.width) return
  const unit = devicePixelRatio

  ctx.save()
  ctx.strokeStyle = cssToken('--ink-3')
  ctx.fillStyle = cssToken('--ink-2')
  ctx.lineWidth = unit

  ctx.setLineDash([2 * unit, 3 * unit])
  ctx.beginPath()
  ctx.moveTo(x, bbox.top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()

  ctx.font = tickFont(10 * unit)
  ctx.fillText(text, x + 3 * unit, bbox.top + 9 * unit)
  ctx.restore()
}

/** Draws a short slanted stroke at the last point of a line to which further points may be added. */
export function drawGrowingEnd(chart: uPlot, column: number, color: string): void {
  const [xs, ys] = [chart.data[0], chart.data[column]!]
  const i = ys.findLastIndex((value) => value !== null && value !== undefined)
  if (i < 0) return

  const [x, y] = [chart.valToPos(xs[i]!, 'x', true), chart.valToPos(ys[i]!, 'y', true)]
  const { ctx, bbox } = chart
  if (x < bbox.left || x > bbox.left + bbox.width) return
  const unit = devicePixelRatio

  ctx.save()
  ctx.beginPath()
  ctx.moveTo(x - 1.5 * unit, y + 4 * unit)
  ctx.lineTo(x + 2.5 * unit, y - 4 * unit)
  ctx.lineWidth = 2 * unit
  ctx.strokeStyle = color
  ctx.stroke()
  ctx.restore()
}
