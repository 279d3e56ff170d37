import { drawNormal } from './design.ts'
import type { Stream } from '../numerics/rng.ts'

/** Strategy parameters of CMA-ES, named as in Hansen, "The CMA evolution strategy: a tutorial" (2016), table 1. */
export interface Strategy {
  /** Number of points per generation (λ). */
  readonly lambda: number
  /** Number of best points of a generation that determine the new mean (μ). */
  readonly mu: number
  /** Weights of the points of a generation, best point first; those of the worse half are zero or negative. */
  readonly weights: readonly number[]
  readonly muEff: number
  readonly cSigma: number
  readonly dSigma: number
  readonly cC: number
  readonly c1: number
  readonly cMu: number
  /** Expected length of a standard normal vector of this dimension. */
  readonly chi: number
}

/** Returns the strategy parameters for `d` dimensions. The default of `lambda` is that of the tutorial. */
export function strategyFor(d: number, lambda = 4 + Math.floor(3 * Math.log(d))): Strategy {
  const mu = Math.floor(lambda / 2)
  const raw = Array.from({ length: lambda }, (_, i) => Math.log((lambda + 1) / 2) - Math.log(i + 1))
  const positive = raw.slice(0, mu)
  const negative = raw.slice(mu)

  const muEff = sum(positive) ** 2 / sumOfSquares(positive)
  const muEffMinus = sum(negative) ** 2 / sumOfSquares(negative)
  const c1 = 2 / ((d + 1.3) ** 2 + muEff)
  const cMu = Math.min(1 - c1, (2 * (muEff - 2 + 1 / muEff)) / ((d + 2) ** 2 + muEff))

  const limit = Math.min(1 + c1 / cMu, 1 + (2 * muEffMinus) / (muEff + 2), (1 - c1 - cMu) / (d * cMu))
  const negativeSum = -sum(negative)
  const cSigma = (muEff + 2) / (d + muEff + 5)

  return {
    lambda,
    mu,
    weights: raw.map((weight, i) => (i < mu ? weight / sum(positive) : (limit * weight) / negativeSum)),
    muEff,
    cSigma,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (d + 1)) - 1) + cSigma,
    cC: (4 + muEff / d) / (d + 4 + (2 * muEff) / d),
    c1,
    cMu,
    chi: Math.sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d * d)),
  }
}

/** The state of CMA-ES in the unit cube: a normal distribution and its evolution paths, named as in the tutorial. */
export interface Evolution {
  readonly strategy: Strategy
  readonly mean: Float64Array
  /** Step size, the scale of the distribution (σ). */
  readonly sigma: number
  /** Rows of the matrix whose columns are the eigenvectors of the covariance. */
  readonly axes: readonly Float64Array[]
  /** Square roots of the eigenvalues. */
  readonly lengths: Float64Array
  readonly covariance: readonly Float64Array[]
  readonly pathSigma: Float64Array
  readonly pathC: Float64Array
  readonly generation: number
}

/** Default of the first step size, as a share of the width of the cube. */
const SIGMA_START = 1 / 6

/** Returns the state before the first generation, with the identity as covariance. */
export function startEvolution(mean: Float64Array, sigma = SIGMA_START): Evolution {
  const d = mean.length
  const identity = Array.from({ length: d }, (_, i) => Float64Array.from({ length: d }, (_, j) => Number(i === j)))

  return {
    strategy: strategyFor(d),
    mean,
    sigma,
    axes: identity,
    lengths: new Float64Array(d).fill(1),
    covariance: identity,
    pathSigma: new Float64Array(d),
    pathC: new Float64Array(d),
    generation: 0,
  }
}

/** Number of draws outside the cube after which a point is clamped to it. */
const REDRAWS = 100

/** Draws a point inside the unit cube. A point outside is drawn again, and the last of `REDRAWS` is clamped. */
export function drawFrom({ mean, sigma, axes, lengths }: Evolution, stream: Stream): Float64Array {
  let x = mean
  for (let draw = 0; draw < REDRAWS; draw += 1) {
    const z = lengths.map((length) => length * drawNormal(stream))
    x = mean.map((centre, i) => centre + sigma * axes[i]!.reduce((total, value, k) => total + value * z[k]!, 0))
    if (x.every((value) => value >= 0 && value <= 1)) return x
  }
  return x.map((value) => Math.min(1, Math.max(0, value)))
}

/**
 * Largest length of the step from the mean to a point, in units of the expected length; longer steps are shortened. A
 * point from an older distribution may lie further away.
 */
const STEP_MAX = 2

/**
 * Returns the state after one more generation. `ranked` contains its `lambda` points, best first, which may come from
 * any earlier distribution.
 */
export function evolve(evolution: Evolution, ranked: readonly Float64Array[]): Evolution {
  const { strategy, mean, sigma, axes, lengths, covariance } = evolution
  const { weights, mu, muEff, cSigma, dSigma, cC, c1, cMu, chi } = strategy
  const d = mean.length

  const whitened = (y: Float64Array): Float64Array => {
    const inEigen = lengths.map((length, k) => axes.reduce((total, row, i) => total + row[k]! * y[i]!, 0) / length)
    return axes.length > 0
      ? mean.map((_, i) => axes[i]!.reduce((total, value, k) => total + value * inEigen[k]!, 0))
      : y
  }

  const steps = ranked.map((x) => {
    const y = x.map((value, i) => (value - mean[i]!) / sigma)
    const size = norm(whitened(y))
    return size > STEP_MAX * chi ? y.map((value) => (value * STEP_MAX * chi) / size) : y
  })

  const shift = new Float64Array(d)
  for (let i = 0; i < mu; i += 1) for (let j = 0; j < d; j += 1) shift[j]! += weights[i]! * steps[i]![j]!

  const whiteShift = whitened(shift)
  const pathSigma = evolution.pathSigma.map(
    (value, j) => (1 - cSigma) * value + Math.sqrt(cSigma * (2 - cSigma) * muEff) * whiteShift[j]!,
  )

  const generation = evolution.generation + 1
  const isShort = norm(pathSigma) / Math.sqrt(1 - (1 - cSigma) ** (2 * generation)) < (1.4 + 2 / (d + 1)) * chi
  const pathC = evolution.pathC.map(
    (value, j) => (1 - cC) * value + (isShort ? Math.sqrt(cC * (2 - cC) * muEff) * shift[j]! : 0),
  )

  const pathVarianceLoss = isShort ? 0 : cC * (2 - cC)
  const scaled = weights.map((weight, i) =>
    weight >= 0 ? weight : (weight * d) / Math.max(1e-12, norm(whitened(steps[i]!)) ** 2),
  )
  const keep = 1 + c1 * pathVarianceLoss - c1 - cMu * sum(weights)

  const nextCovariance = covariance.map((row, i) =>
    row.map(
      (value, j) =>
        keep * value +
        c1 * pathC[i]! * pathC[j]! +
        cMu * scaled.reduce((total, weight, k) => total + weight * steps[k]![i]! * steps[k]![j]!, 0),
    ),
  )
  const { vectors, values } = eigen(nextCovariance)

  return {
    strategy,
    mean: mean.map((value, j) => Math.min(1, Math.max(0, value + sigma * shift[j]!))),
    sigma: Math.min(1, sigma * Math.exp((cSigma / dSigma) * (norm(pathSigma) / chi - 1))),
    axes: vectors,
    lengths: values.map((value) => Math.sqrt(Math.max(value, 1e-20))),
    covariance: nextCovariance,
    pathSigma,
    pathC,
    generation,
  }
}

/** Largest number of passes of rotations over all pairs of rows. */
const SWEEPS_MAX = 50

/** Returns the eigenvectors (as columns) and eigenvalues of a symmetric matrix, by cyclic Jacobi rotations. */
function eigen(matrix: readonly Float64Array[]): { vectors: Float64Array[]; values: Float64Array } {
  const d = matrix.length
  const a = matrix.map((row) => row.slice())
  const vectors = Array.from({ length: d }, (_, i) => Float64Array.from({ length: d }, (_, j) => Number(i === j)))

  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) {
    let rest = 0
    for (let i = 0; i < d; i += 1) for (let j = 0; j < i; j += 1) rest += a[i]![j]! ** 2
    if (rest < 1e-30) break
    for (let i = 0; i < d; i += 1) for (let j = i + 1; j < d; j += 1) rotate(a, vectors, i, j)
  }

  return { vectors, values: Float64Array.from(a, (row, i) => row[i]!) }
}

/** Applies the Jacobi rotation of rows and columns `p` and `q` that makes `a[p][q]` 0, to `a` and to `vectors`. */
function rotate(a: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  if (a[p]![q] === 0) return
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!)
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (const row of a) [row[p], row[q]] = [c * row[p]! - s * row[q]!, s * row[p]! + c * row[q]!]
  for (let k = 0; k < a.length; k += 1) {
    const [left, right] = [a[p]![k]!, a[q]![k]!]
    a[p]![k] = c * left - s * right
    a[q]![k] = s * left + c * right
  }
  for (const row of vectors) [row[p], row[q]] = [c * row[p]! - s * row[q]!, s * row[p]! + c * row[q]!]
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function sumOfSquares(values: readonly number[]): number {
  return values.reduce((total, value) => total + value * value, 0)
}
