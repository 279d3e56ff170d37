/** A measured value at a point of the unit square. */
export interface SurfacePoint {
  readonly x: number
  readonly y: number
  readonly value: number
}

const POWER = 3
/** Added to each distance between a cell and a point, in sides of the unit square, so that no weight is infinite. */
const DISTANCE_OFFSET = 1e-4
/** Largest number of points that the interpolation uses. From a longer list only every nth point is used. */
const POINTS_MAX = 1_500

/**
 * Interpolates scattered values on a grid of `size` × `size` cells over the unit square, row by row from the bottom.
 * The value of a cell is the mean of the values of all points, weighted by the inverse cube of their distances from the
 * cell, so that the surface never leaves the range of the values. Without points every cell is NaN. Source: Shepard, "A
 * two-dimensional interpolation function for irregularly-spaced data" (1968).
 */
export function surfaceOf(points: readonly SurfacePoint[], size: number): Float64Array {
  const step = Math.max(1, Math.ceil(points.length / POINTS_MAX))
  const used = points.filter((_, i) => i % step === 0)

  return Float64Array.from({ length: size * size }, (_, at) => {
    const [x, y] = [((at % size) + 0.5) / size, (Math.floor(at / size) + 0.5) / size]

    let [sum, weights] = [0, 0]
    for (const point of used) {
      const weight = 1 / (Math.hypot(point.x - x, point.y - y) + DISTANCE_OFFSET) ** POWER
      sum += weight * point.value
      weights += weight
    }

    return weights > 0 ? sum / weights : Number.NaN
  })
}
