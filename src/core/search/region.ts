import type { Codec } from './codec.ts'
import type { Entry } from './ledger.ts'
import type { Box } from './refine.ts'
import type { Stream } from './rng.ts'
import { sinceImprovement } from './stopping.ts'

/** Where early suggestions stay: near some finished trial. Keeps a process that knows little from the corners. */
export interface TrustRegion {
  /** How far outside x lies; 0 inside. */
  outside(x: Float64Array): number
  box(x: Float64Array): Box
}

const RADIUS_START = 0.2
const RADIUS_GROWTH = 0.3
/** Trials per dimension until the region covers everything. */
const TRIALS_PER_DIMENSION = 8
const RADIUS_MAX = 0.5
/** Coarser grids are exempt: one step of theirs is a leap. */
const CELLS_MIN = 5

/** As in Vizier: Song et al., "The Vizier Gaussian process bandit algorithm" (2024). Undefined once it covers the space. */
export function trustRegion(codec: Codec, finished: readonly Entry[]): TrustRegion | undefined {
  const d = codec.dimensions.length
  const radius = RADIUS_START + (RADIUS_GROWTH * finished.length) / (TRIALS_PER_DIMENSION * (d + 1))
  const bounded = fineDimensions(codec)
  if (radius >= RADIUS_MAX || bounded.length === 0) return undefined
  const nearest = (x: Float64Array): { distance: number; entry: Entry } =>
    finished.reduce<{ distance: number; entry: Entry }>(
      (found, entry) => {
        const distance = bounded.reduce((most, j) => Math.max(most, Math.abs(x[j]! - entry.x[j]!)), 0)
        return distance < found.distance ? { distance, entry } : found
      },
      { distance: Infinity, entry: finished[0]! },
    )
  return {
    outside: (x) => Math.max(0, nearest(x).distance - radius),
    box: (x) => {
      const { entry } = nearest(x)
      const { lower, upper } = wholeBox(d)
      for (const j of bounded)
        [lower[j], upper[j]] = [Math.max(0, entry.x[j]! - radius), Math.min(1, entry.x[j]! + radius)]
      return { lower, upper }
    },
  }
}

export function wholeBox(d: number): Box {
  return { lower: new Float64Array(d), upper: new Float64Array(d).fill(1) }
}

/** Parameters along which places can be told apart: numbers, but for coarse grids. */
export function fineDimensions(codec: Codec): number[] {
  return codec.dimensions.flatMap(({ categories, cells }, j) => (categories === 0 && cells > CELLS_MIN ? [j] : []))
}

/** Trials without a better one after which some suggestions look away from the best. */
export const PATIENCE = 30
/** A gain in standard deviations that counts as one. */
export const GAIN_MIN = 0.01
/** Of the suggestions then; other categories are tried more often than other places. */
const AWAY_SHARE = { category: 0.5, place: 0.3 }
const AWAY_RADIUS_MIN = 0.1
const AWAY_RADIUS_SPAN = 0.2

/**
 * Insurance against the second best basin: where nothing has improved for long, a share of the suggestions must lie in
 * another category than the best trial, or at some distance from it. `values` are standardised, in trial order.
 */
export function elsewhere(
  codec: Codec,
  finished: readonly Entry[],
  values: Float64Array,
  stream: Stream,
): ((x: Float64Array) => boolean) | undefined {
  if (sinceImprovement(Array.from(values), GAIN_MIN) < PATIENCE) return undefined
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
