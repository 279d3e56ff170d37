import { priorDensity, randomCode } from './design.ts'
import type { Codec, Dimension } from '../codec.ts'
import { fastCumulative } from '../numerics/normal.ts'
import type { Stream } from '../numerics/rng.ts'
import { normalQuantile } from '../space.ts'

/** The codes of a trial in a mixture density, and its weight. */
interface Component {
  readonly x: Float64Array
  readonly weight: number
}

/**
 * A mixture density over the codes of a space, with one component per trial and one for the distribution in the
 * document. The component of a trial is a product over its parameters, which preserves dependencies between parameters:
 * a normal density around the code, truncated to [0, 1], for an ordered parameter; a raised probability of the trial's
 * own category for a category.
 */
export interface Mixture {
  /** Draws a point and normalises it. */
  sample(stream: Stream): Float64Array
  logDensity(x: Float64Array): number
}

/**
 * Returns the number of trials in the density of good trials: the best tenth, at most 25, as in Optuna. Bergstra et al.
 * (2011).
 */
export function countGood(finished: number): number {
  return Math.min(Math.ceil(0.1 * finished), GOOD_MAX)
}

const GOOD_MAX = 25
/**
 * Largest number of trials in the density of the other trials. If there are more, some at even distances in the list
 * are left out, which hardly changes the density.
 */
const REST_MAX = 300
/** Number of trials at the end of a list that have weight 1. */
const FULL_WEIGHT_COUNT = 25
/** Number of points drawn per suggestion. */
const CANDIDATES = 64

/** The trials from which the two densities are made, as codes. */
export interface RankedTrials {
  /** Finished trials, best first. */
  readonly ranked: readonly Float64Array[]
  /** Running and failed trials, whose surroundings are to be avoided. */
  readonly avoided: readonly Float64Array[]
  /**
   * Number of trials at the start of `ranked` that form the density of good trials; the rest of `ranked` and `avoided`
   * form the other density.
   */
  readonly good: number
}

/**
 * Draws `CANDIDATES` points from the density of good trials and returns the allowed ones, most promising first. A point
 * is promising if the ratio of that density to the density of the other trials is large.
 */
export function suggestByDensity(
  codec: Codec,
  { ranked, avoided, good }: RankedTrials,
  stream: Stream,
  isAllowed: (x: Float64Array) => boolean,
): Float64Array[] {
  const lower = createMixture(codec, withWeights(ranked.slice(0, good)))
  const upper = createMixture(codec, withWeights(thin([...ranked.slice(good), ...avoided])))

  const scored: { x: Float64Array; score: number }[] = []
  for (let draw = 0; draw < CANDIDATES; draw += 1) {
    const x = lower.sample(stream)
    if (isAllowed(x)) scored.push({ x, score: lower.logDensity(x) - upper.logDensity(x) })
  }
  return scored.toSorted((a, b) => b.score - a.score).map(({ x }) => x)
}

/** Returns at most `REST_MAX` of the trials, at even distances in the list. */
function thin(xs: readonly Float64Array[]): Float64Array[] {
  if (xs.length <= REST_MAX) return [...xs]
  return Array.from({ length: REST_MAX }, (_, i) => xs[Math.floor(((i + 0.5) * xs.length) / REST_MAX)]!)
}

/**
 * Returns the trials with weights: 1 for the last `FULL_WEIGHT_COUNT` in the list, rising linearly from 1/n for those
 * before.
 */
function withWeights(xs: readonly Float64Array[]): Component[] {
  const ramp = xs.length - FULL_WEIGHT_COUNT
  return xs.map((x, i) => ({
    x,
    weight: i >= ramp ? 1 : 1 / xs.length + (i / Math.max(1, ramp - 1)) * (1 - 1 / xs.length),
  }))
}

/**
 * Creates the mixture density of some trials. The standard deviation of the normal densities shrinks with the number of
 * trials.
 */
export function createMixture(codec: Codec, components: readonly Component[]): Mixture {
  const { dimensions } = codec
  const d = dimensions.length
  const total = components.length + 1
  const sd = Math.max(1 / Math.min(100, 1 + total), 0.2 * total ** (-1 / (d + 4)))
  const weights = [...components.map(({ weight }) => weight), 1]
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0)

  const logs = new Float64Array(total)
  const logWeights = Float64Array.from(weights, (weight) => Math.log(weight / weightSum))

  const rows = dimensions.map(() => new Map<number, Float64Array>())
  const logMasses = dimensions.map((dimension, j) =>
    Float64Array.from(components, ({ x }) => (dimension.categories > 0 ? 0 : Math.log(massOf(x[j]!, sd)))),
  )

  return {
    sample: (stream) => {
      const chosen = components[pick(weights, weightSum, stream.next())]?.x
      const x = Float64Array.from(dimensions, (dimension, j) => {
        const u = stream.next()
        if (!chosen || !codec.isActive(chosen, j)) return randomCode(dimension, u)
        return dimension.categories > 0
          ? drawCategory(dimension, chosen[j]!, total, u)
          : drawTruncatedNormal(chosen[j]!, sd, u)
      })
      return codec.normalise(x)
    },
    logDensity: (x) => {
      logs.set(logWeights)
      let priorLog = 0
      for (let j = 0; j < d; j += 1) {
        if (!codec.isActive(x, j)) continue
        priorLog += Math.log(priorDensity(dimensions[j]!, x[j]!))
        const row = rowOf(j, x[j]!)
        for (let i = 0; i < row.length; i += 1) logs[i]! += row[i]!
      }
      logs[total - 1] = logWeights[total - 1]! + priorLog

      let most = -Infinity
      for (const log of logs) most = Math.max(most, log)
      let sum = 0
      for (const log of logs) sum += Math.exp(log - most)
      return most + Math.log(sum)
    },
  }

  /**
   * Returns the log density of each trial's component at a code of dimension `j`. Cached for dimensions with a finite
   * number of codes.
   */
  function rowOf(j: number, code: number): Float64Array {
    const found = rows[j]!.get(code)
    if (found) return found

    const dimension = dimensions[j]!
    const cell = dimension.cellBounds(code)
    const priorLog = Math.log(priorDensity(dimension, code))

    const row = new Float64Array(components.length)
    for (let i = 0; i < row.length; i += 1) {
      const { x } = components[i]!
      if (!codec.isActive(x, j)) row[i] = priorLog
      else if (dimension.categories > 0) row[i] = Math.log(categoryProbability(dimension, x[j]!, code, total))
      else row[i] = logCellDensity(code, x[j]!, sd, cell) - logMasses[j]![i]!
    }

    if (Number.isFinite(dimension.cells)) rows[j]!.set(code, row)
    return row
  }
}

/** Returns an index with probability proportional to its weight. `u` is a uniform random number in [0, 1). */
function pick(weights: readonly number[], sum: number, u: number): number {
  let rest = u * sum
  const index = weights.findIndex((weight) => (rest -= weight) < 0)
  return index === -1 ? weights.length - 1 : index
}

/**
 * Returns the probability of the category `other` in the component of a trial with the category `own`: that of the
 * document's distribution, plus a bonus if the two are equal, divided by the sum.
 */
function categoryProbability({ weights }: Dimension, own: number, other: number, total: number): number {
  return (weights[other]! + (own === other ? total : 0)) / (1 + total)
}

/** Draws a category with the probabilities of `categoryProbability`. */
function drawCategory(dimension: Dimension, own: number, total: number, u: number): number {
  const bonus = total / (1 + total)
  return u < bonus ? own : randomCode(dimension, (u - bonus) / (1 - bonus))
}

/** Returns the probability mass inside [0, 1] of a normal distribution. */
function massOf(centre: number, sd: number): number {
  return fastCumulative((1 - centre) / sd) - fastCumulative(-centre / sd)
}

/**
 * Width of a cell, in standard deviations, below which the density at the code is used. For such a cell, the difference
 * of two cumulative values is mostly rounding error.
 */
const NARROW = 1e-4

/**
 * Returns the log density of a normal distribution, averaged over the cell of `x`, or at `x` itself without a cell. The
 * density is not divided by the mass inside [0, 1].
 */
function logCellDensity(x: number, centre: number, sd: number, cell: readonly [number, number] | undefined): number {
  if (!cell || cell[1] - cell[0] < NARROW * sd)
    return -0.5 * ((x - centre) / sd) ** 2 - Math.log(sd * Math.sqrt(2 * Math.PI))
  const mass = fastCumulative((cell[1] - centre) / sd) - fastCumulative((cell[0] - centre) / sd)
  return Math.log(Math.max(mass, 1e-300) / (cell[1] - cell[0]))
}

/** Draws a number from a normal distribution truncated to [0, 1]. */
function drawTruncatedNormal(centre: number, sd: number, u: number): number {
  const from = fastCumulative(-centre / sd)
  const to = fastCumulative((1 - centre) / sd)
  return Math.min(
    1,
    Math.max(0, centre + sd * normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, from + u * (to - from))))),
  )
}
