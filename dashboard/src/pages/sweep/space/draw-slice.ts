import { drawDot, drawEdgeTriangle } from '../../../charts/drawing.ts'
import type { Frame } from '../../../charts/frame.ts'
import type { Placed } from '../../../charts/next-place.ts'
import { cssToken, temperColor } from '../../../charts/theme.ts'
import { sideOf } from '../../../charts/trials.ts'
import type { Trial, TrialSet } from '../../../charts/trials.ts'
import type { SlicePoint } from './slice-points.ts'

/**
 * Draws a dot for each trial. Later trials have a stronger colour, and the dot of the best trial is larger. A trial
 * beyond the scale is a triangle at its edge. Returns the position of each trial.
 */
export function drawSlicePoints(
  context: CanvasRenderingContext2D,
  frame: Frame,
  points: readonly SlicePoint[],
  { trials, best, scale }: Pick<TrialSet, 'trials' | 'best' | 'scale'>,
): Placed<Trial>[] {
  const lastIndex = Math.max(1, trials.length - 1)

  const placed = points.map(({ trial, x, y }) => {
    const at = { x: frame.x(x), y: frame.y(y) }
    const side = sideOf(scale, y)
    const isBest = trial.index === best?.index

    if (side !== 0) drawEdgeTriangle(context, [at.x, at.y], side > 0, cssToken('--ink-3'))
    else {
      context.globalAlpha = isBest ? 1 : 0.75
      drawDot(context, [at.x, at.y], isBest ? 4.5 : 2.6, {
        fill: temperColor(0.15 + (0.85 * trial.index) / lastIndex),
        ...(isBest && { stroke: cssToken('--ink') }),
      })
    }

    return { item: trial, ...at }
  })

  context.globalAlpha = 1
  return placed
}
