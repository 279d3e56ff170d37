import { contours } from 'd3-contour'
import type { ContourMultiPolygon } from 'd3-contour'

import type { AxisView } from '../../../../src/contract/charts.ts'
import { coordinatesOf } from '../parallel/parallel-axes.ts'
import type { Coordinates } from '../parallel/parallel-axes.ts'
import { positionOf } from '../scales.ts'
import type { Trial, TrialSet } from '../trials.ts'
import { surfaceOf } from './surface.ts'

/** Cells along each side of the surface. */
export const GRID = 40
const LEVELS = 10

/** A trial that has values for both parameters and the objective. */
export interface ContourPoint {
  readonly trial: Trial
  readonly x: number
  readonly y: number
  readonly value: number
}

/** The trials over two parameters. */
export interface ContourPoints {
  readonly across: Coordinates
  readonly up: Coordinates
  readonly points: readonly ContourPoint[]
}

/** Returns the trials that have values for both parameters and the objective. */
export function toContourPoints(x: AxisView, y: AxisView, set: TrialSet): ContourPoints {
  const [across, up] = [coordinatesOf(x, set), coordinatesOf(y, set)]
  const points = set.trials.flatMap((trial) => {
    const [a, b] = [across.at(trial), up.at(trial)]
    return a === undefined || b === undefined || trial.value === null ? [] : [{ trial, x: a, y: b, value: trial.value }]
  })
  return { across, up, points }
}

/**
 * Returns the shapes of the surface between the trials, the lowest level first. Their `value` is a fraction of the
 * scale of the objective, their coordinates are cells of the grid.
 */
export function toContourShapes({ across, up, points }: ContourPoints, { scale }: TrialSet): ContourMultiPolygon[] {
  if (points.length === 0) return []

  const surface = surfaceOf(
    points.map(({ x, y, value }) => ({
      x: positionOf(across.scale, x),
      y: positionOf(up.scale, y),
      value: Math.min(1, Math.max(0, positionOf(scale, value))),
    })),
    GRID,
  )
  const levels = Array.from({ length: LEVELS }, (_, i) => i / LEVELS)
  return contours().size([GRID, GRID]).thresholds(levels)([...surface])
}
