import { contours } from 'd3-contour'
import type { ContourMultiPolygon } from 'd3-contour'

import type { AxisView } from '../../../../src/contract/charts.ts'
import { coordinatesOf } from '../parallel/parallel-axes.ts'
import type { Coordinates } from '../parallel/parallel-axes.ts'
import { positionOf } from '../scales.ts'
import type { Trial, TrialSet } from '../trials.ts'
import { surfaceOf } from './surface.ts'

/** Number of cells along each side of the grid on which the surface is interpolated. */
export const GRID = 40
const LEVELS = 10

/** A trial that has values for both parameters and the objective. */
export interface ContourPoint {
  readonly trial: Trial
  readonly x: number
  readonly y: number
  readonly value: number
}

/** The axes of two parameters, `across` from left to right and `up` from bottom to top, and the trials between them. */
export interface ContourPoints {
  readonly across: Coordinates
  readonly up: Coordinates
  readonly points: readonly ContourPoint[]
}

/** Returns the axes of two parameters, and the trials that have values for both and for the objective. */
export function toContourPoints(x: AxisView, y: AxisView, set: TrialSet): ContourPoints {
  const [across, up] = [coordinatesOf(x, set), coordinatesOf(y, set)]
  const points = set.trials.flatMap((trial) => {
    const [a, b] = [across.at(trial), up.at(trial)]
    return a === undefined || b === undefined || trial.value === null ? [] : [{ trial, x: a, y: b, value: trial.value }]
  })
  return { across, up, points }
}

/**
 * Interpolates the objective between the trials. Returns for each of ten levels the area in which the objective is at
 * least as high, the lowest level first. `value` is the level as a fraction of the scale of the objective; the
 * coordinates are in cells of a grid of `GRID` × `GRID`. Empty without trials.
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
