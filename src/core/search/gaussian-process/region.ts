import type { Codec } from '../codec.ts'
import type { EncodedTrial } from '../encoded-history.ts'
import type { Box } from './refine.ts'
import type { Stream } from '../numerics/rng.ts'
import { countSinceImprovement } from '../halving/stopping.ts'

/**
 * The union of boxes around the finished trials, to which suggestions of an early search are restricted. Without this
 * restriction, a model with little data suggests the corners of the space.
 */
export interface TrustRegion {
  /** Returns the distance from `x` to the region in codes; 0 inside the region. */
  distanceTo(x: Float64Array): number
  /** Returns the box around the finished trial that is nearest to `x`. */
  boxAround(x: Float64Array): Box
}

/**
 * Half width of the boxes, in codes: `RADIUS_START` plus a part of `RADIUS_GROWTH` that is proportional to the number
 * of finished trials. At `RADIUS_MAX` the region is removed.
 */
const RADIUS_START = 0.2
const RADIUS_GROWTH = 0.3
/** The radius reaches `RADIUS_MAX` after this many finished trials, times (dimensions + 1). */
const TRIALS_PER_DIMENSION = 8
const RADIUS_MAX = 0.5
/** The region does not restrict grids with at most this many values, because a single step on them is large. */
const CELLS_MIN = 5

/**
 * Returns the trust region of a search; undefined once there are enough finished trials to search the whole space. Song
 * et al., "The Vizier Gaussian process bandit algorithm" (2024).
 */
export function createTrustRegion(codec: Codec, finished: readonly EncodedTrial[]): TrustRegion | undefined {
  const d = codec.dimensions.length
  const radius = RADIUS_START + (RADIUS_GROWTH * finished.length) / (TRIALS_PER_DIMENSION * (d + 1))
  const bounded = fineDimensions(codec)
  if (radius >= RADIUS_MAX || bounded.length === 0) return undefined

  const nearest = (x: Float64Array): { distance: number; entry: EncodedTrial } =>
    finished.reduce<{ distance: number; entry: EncodedTrial }>(
      (found, entry) => {
        const distance = bounded.reduce((most, j) => Math.max(most, Math.abs(x[j]! - entry.x[j]!)), 0)
        return distance < found.distance ? { distance, entry } : found
      },
      { distance: Infinity, entry: finished[0]! },
    )

  return {
    distanceTo: (x) => Math.max(0, nearest(x).distance - radius),
    boxAround: (x) => {
      const { entry } = nearest(x)
      const { lower, upper } = wholeBox(d)
      for (const j of bounded)
        [lower[j], upper[j]] = [Math.max(0, entry.x[j]! - radius), Math.min(1, entry.x[j]! + radius)]
      return { lower, upper }
    },
  }
}

/** Returns the bounds of the whole space in `d` dimensions: 0 and 1 for each code. */
export function wholeBox(d: number): Box {
  return { lower: new Float64Array(d), upper: new Float64Array(d).fill(1) }
}

/** Returns the indices of the ordered dimensions with more than `CELLS_MIN` values. */
export function fineDimensions(codec: Codec): number[] {
  return codec.dimensions.flatMap(({ categories, cells }, j) => (categories === 0 && cells > CELLS_MIN ? [j] : []))
}

/** Number of trials without improvement after which a part of the suggestions must keep away from the best trial. */
export const STALLED_TRIALS = 30
/** Smallest gain that counts as an improvement, in standard deviations of the warped values. */
export const GAIN_MIN = 0.01
/**
 * Share of the suggestions that are restricted, once `STALLED_TRIALS` trials have brought no improvement, if a category
 * (`category`) or a distance from the best trial (`place`) is drawn as the restriction.
 */
const AWAY_SHARE = { category: 0.5, place: 0.3 }
/**
 * Distance to keep from the best trial, in codes: smallest value, and width of the uniform distribution that it is
 * drawn from.
 */
const AWAY_RADIUS_MIN = 0.1
const AWAY_RADIUS_SPAN = 0.2

/**
 * Returns the restriction of one suggestion, as a test of points; undefined for a suggestion without one. If there has
 * been no improvement for long, a share of the suggestions must have another category than the best trial in a drawn
 * parameter, or a distance from it. This helps a search that is stuck in a valley that is not the best. `values` are
 * standardised, in trial order.
 */
export function createAwayFilter(
  codec: Codec,
  finished: readonly EncodedTrial[],
  values: Float64Array,
  stream: Stream,
): ((x: Float64Array) => boolean) | undefined {
  if (countSinceImprovement(Array.from(values), GAIN_MIN) < STALLED_TRIALS) return undefined

  const [share, pick, shift, width] = [stream.next(), stream.next(), stream.next(), stream.next()]
  const best = finished[values.indexOf(Math.min(...values))]!.x

  const categorical = codec.dimensions.flatMap(({ categories }, j) =>
    categories > 1 && codec.isActive(best, j) ? [j] : [],
  )
  const fine = fineDimensions(codec).filter((j) => codec.isActive(best, j))

  const chosen = Math.floor(pick * (categorical.length + Number(fine.length > 0)))
  const category = categorical[chosen]
  if (share >= (category === undefined ? AWAY_SHARE.place : AWAY_SHARE.category)) return undefined

  if (category !== undefined) {
    const { categories } = codec.dimensions[category]!
    const other = (best[category]! + 1 + Math.floor(shift * (categories - 1))) % categories
    return (x) => x[category] === other
  }

  if (fine.length === 0) return undefined
  const radius = AWAY_RADIUS_MIN + AWAY_RADIUS_SPAN * width
  return (x) => fine.some((j) => Math.abs(x[j]! - best[j]!) > radius)
}
