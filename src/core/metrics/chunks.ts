import { LIMITS } from '../../contract/limits.ts'
import { POINT_WIDTH } from './series.ts'

/** The last stored chunk of a series. `points` are flat: `POINT_WIDTH` numbers for each point. */
export interface Tail {
  /** Number of the chunk in its series, from 0. */
  readonly n: number
  readonly points: Float64Array
}

/**
 * Returns the chunks to be written so that `points` are appended to a series. A small append that fits into the tail
 * gives one chunk that replaces the tail; any other append gives new chunks after it.
 */
export function appendToTail(tail: Tail | undefined, points: Float64Array): Tail[] {
  const isSmall = points.length < LIMITS.chunkAppendMin * POINT_WIDTH
  const fits = tail && tail.points.length + points.length <= LIMITS.chunkPointsMax * POINT_WIDTH
  if (tail && isSmall && fits) return [{ n: tail.n, points: concat(tail.points, points) }]

  const first = tail ? tail.n + 1 : 0
  const width = LIMITS.chunkPointsMax * POINT_WIDTH
  return Array.from({ length: Math.ceil(points.length / width) }, (_, index) => ({
    n: first + index,
    points: points.slice(index * width, (index + 1) * width),
  }))
}

/** Concatenates arrays of numbers. */
export function concat(...parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let end = 0
  for (const part of parts) {
    joined.set(part, end)
    end += part.length
  }
  return joined
}
