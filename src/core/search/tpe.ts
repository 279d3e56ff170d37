import { prior, randomCode } from './design.ts'
import type { Codec, Dimension } from './codec.ts'
import { fastCumulative } from './normal.ts'
import type { Stream } from './rng.ts'
import { normalQuantile } from './space.ts'

/** Trials that a density is made of, with a weight each. */
interface Component {
  readonly x: Float64Array
  readonly weight: number
}

/**
 * A mixture with one component for each trial and one for what was believed before any: products over the parameters, so
 * that what belongs together stays together. Ordered parameters have truncated normals around the trial's code,
 * categories a raised probability of the trial's own.
 */
export interface Mixture {
  sample(stream: Stream): Float64Array
  logDensity(x: Float64Array): number
}

/** Trials in the lower density: the best tenth, at most 25. Bergstra et al. (2011), as Optuna counts them. */
export function goodCount(finished: number): number {
  return Math.min(Math.ceil(0.1 * finished), GOOD_MAX)
}

const GOOD_MAX = 25
/** Components of the upper density beyond this number are thinned out evenly: they are alike by then. */
const REST_MAX = 300
const RECENT = 25
const CANDIDATES = 64

export interface Evidence {
  /** Best first. */
  readonly ranked: readonly Float64Array[]
  /** Running trials and failed ones: where nobody should look again. */
  readonly avoided: readonly Float64Array[]
  /** How many of the ranked ones make the lower density. */
  readonly good: number
}

/** The most promising of a fixed number of draws from the density of good trials, against the density of the rest. */
export function suggestByDensity(
  codec: Codec,
  { ranked, avoided, good }: Evidence,
  stream: Stream,
  isAllowed: (x: Float64Array) => boolean,
): Float64Array[] {
  const lower = createMixture(codec, weighed(ranked.slice(0, good)))
  const upper = createMixture(codec, weighed(thin([...ranked.slice(good), ...avoided])))
  const scored: { x: Float64Array; score: number }[] = []
  for (let draw = 0; draw < CANDIDATES; draw += 1) {
    const x = lower.sample(stream)
    if (isAllowed(x)) scored.push({ x, score: lower.logDensity(x) - upper.logDensity(x) })
  }
  return scored.toSorted((a, b) => b.score - a.score).map(({ x }) => x)
}

function thin(xs: readonly Float64Array[]): Float64Array[] {
  if (xs.length <= REST_MAX) return [...xs]
  return Array.from({ length: REST_MAX }, (_, i) => xs[Math.floor(((i + 0.5) * xs.length) / REST_MAX)]!)
}

/** Full weight for the last ones, a ramp from 1/n for those before. */
function weighed(xs: readonly Float64Array[]): Component[] {
  const ramp = xs.length - RECENT
  return xs.map((x, i) => ({
    x,
    weight: i >= ramp ? 1 : 1 / xs.length + (i / Math.max(1, ramp - 1)) * (1 - 1 / xs.length),
  }))
}

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
        return dimension.categories > 0 ? drawCategory(dimension, chosen[j]!, total, u) : drawNear(chosen[j]!, sd, u)
      })
      return codec.settle(x)
    },
    logDensity: (x) => {
      logs.set(logWeights)
      let priorLog = 0
      for (let j = 0; j < d; j += 1) {
        if (!codec.isActive(x, j)) continue
        priorLog += Math.log(prior(dimensions[j]!, x[j]!))
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

  /** Logarithms of what each component gives to a code; kept where candidates share their codes. */
  function rowOf(j: number, code: number): Float64Array {
    const found = rows[j]!.get(code)
    if (found) return found
    const dimension = dimensions[j]!
    const cell = dimension.cell(code)
    const priorLog = Math.log(prior(dimension, code))
    const row = new Float64Array(components.length)
    for (let i = 0; i < row.length; i += 1) {
      const { x } = components[i]!
      if (!codec.isActive(x, j)) row[i] = priorLog
      else if (dimension.categories > 0) row[i] = Math.log(categoryProbability(dimension, x[j]!, code, total))
      else row[i] = logNear(code, x[j]!, sd, cell) - logMasses[j]![i]!
    }
    if (Number.isFinite(dimension.cells)) rows[j]!.set(code, row)
    return row
  }
}

function pick(weights: readonly number[], sum: number, u: number): number {
  let rest = u * sum
  const index = weights.findIndex((weight) => (rest -= weight) < 0)
  return index === -1 ? weights.length - 1 : index
}

/** The trial's own category has a bonus; all have their prior besides. */
function categoryProbability({ weights }: Dimension, own: number, other: number, total: number): number {
  return (weights[other]! + (own === other ? total : 0)) / (1 + total)
}

function drawCategory(dimension: Dimension, own: number, total: number, u: number): number {
  const bonus = total / (1 + total)
  return u < bonus ? own : randomCode(dimension, (u - bonus) / (1 - bonus))
}

/** Codes lie in [0, 1]: the outermost cells end there. */
function massOf(centre: number, sd: number): number {
  return fastCumulative((1 - centre) / sd) - fastCumulative(-centre / sd)
}

/** In spreads: of a narrower cell a difference of cumulatives says nothing, and the density at its middle all. */
const NARROW = 1e-4

function logNear(x: number, centre: number, sd: number, cell: readonly [number, number] | undefined): number {
  if (!cell || cell[1] - cell[0] < NARROW * sd)
    return -0.5 * ((x - centre) / sd) ** 2 - Math.log(sd * Math.sqrt(2 * Math.PI))
  const mass = fastCumulative((cell[1] - centre) / sd) - fastCumulative((cell[0] - centre) / sd)
  return Math.log(Math.max(mass, 1e-300) / (cell[1] - cell[0]))
}

function drawNear(centre: number, sd: number, u: number): number {
  const from = fastCumulative(-centre / sd)
  const to = fastCumulative((1 - centre) / sd)
  return Math.min(
    1,
    Math.max(0, centre + sd * normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, from + u * (to - from))))),
  )
}
