/** A measured value at a place in the unit square. */
export interface SurfacePoint {
  readonly x: number
  readonly y: number
  readonly value: number
}

const POWER = 3
/** Added to each distance, so that no distance is zero. Points much nearer than this count as the same place. */
const DISTANCE_OFFSET = 1e-4
/** Largest number of points that are used. A longer list is thinned evenly. */
const POINTS_MAX = 1_500

/**
 * Interpolates scattered values on a grid of `size` × `size` cells over the unit square, row by row from the bottom. A
 * cell is the mean of all values, weighted by the inverse cube of their distances, so that the surface never leaves
 * their range. Without points every cell is NaN. Source: Shepard, "A two-dimensional interpolation function for
 * irregularly-spaced data" (1968).
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
