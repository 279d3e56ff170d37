import { factorInPlace, invertFactored } from '../numerics/cholesky.ts'
import { SHAPES } from './kernel.ts'
import type { KernelForm, Hyperparameters } from './kernel.ts'
import { minimizeInBox } from '../numerics/minimize.ts'

/**
 * Amount added to the diagonal of each covariance matrix, so that rounding errors do not make the matrix indefinite.
 */
export const JITTER = 1e-8

/** A normal prior for the logarithm of a hyperparameter. */
interface Prior {
  readonly mean: number
  readonly sd: number
}

const SIGNAL: Prior = { mean: 0, sd: 1 }
const NOISE: Prior = { mean: Math.log(1e-3), sd: 2 }
const LENGTH_SD = Math.sqrt(3)
const LENGTH_BOUNDS = [Math.log(5e-3), Math.log(1e2)] as const
const SIGNAL_BOUNDS = [Math.log(1e-2), Math.log(50)] as const
const NOISE_BOUNDS = [Math.log(1e-6), Math.log(2)] as const
/** Variance of a uniform coordinate in [0, 1]. The published prior assumes coordinates of variance 1. */
const UNIT_VARIANCE = 1 / 12

/**
 * Returns the prior of the length scales, whose mean grows with the number of dimensions. Hvarfner, Hellsten and Nardi,
 * "Vanilla Bayesian optimization performs great in high dimensions" (2024).
 */
function lengthPrior(dimensions: number): Prior {
  return { mean: Math.SQRT2 + 0.5 * Math.log(dimensions) + 0.5 * Math.log(UNIT_VARIANCE), sd: LENGTH_SD }
}

/** Squared distances of all pairs of points, one list per dimension. */
type Distances = readonly Float64Array[]

/**
 * Data to fit hyperparameters to: `count` rows of codes, and for each row a value, standardised to mean 0 and standard
 * deviation 1.
 */
export interface FitData {
  readonly points: Float64Array
  readonly values: Float64Array
  readonly count: number
}

/** Packs hyperparameters into one vector: log lengths, log signal, log noise. */
function pack({ logLengths, logSignal, logNoise }: Hyperparameters): Float64Array {
  return Float64Array.of(...logLengths, logSignal, logNoise)
}

function unpack(theta: Float64Array): Hyperparameters {
  const d = theta.length - 2
  return { logLengths: theta.slice(0, d), logSignal: theta[d]!, logNoise: theta[d + 1]! }
}

/** Returns the hyperparameters at the means of their priors. */
export function priorMean(dimensions: number): Hyperparameters {
  return {
    logLengths: new Float64Array(dimensions).fill(lengthPrior(dimensions).mean),
    logSignal: SIGNAL.mean,
    logNoise: NOISE.mean,
  }
}

/**
 * Returns the hyperparameters of greatest posterior density. Minimises the loss from each start with at most `tries`
 * evaluations, then continues from the best result with at most `evaluations` more.
 */
export function fitHyperparameters(
  sample: FitData,
  form: KernelForm,
  starts: readonly Hyperparameters[],
  { tries, evaluations }: { tries: number; evaluations: number },
): Hyperparameters {
  const d = form.isCategory.length
  const loss = createLoss(sample, form)
  const lower = Float64Array.of(...Array.from({ length: d }, () => LENGTH_BOUNDS[0]), SIGNAL_BOUNDS[0], NOISE_BOUNDS[0])
  const upper = Float64Array.of(...Array.from({ length: d }, () => LENGTH_BOUNDS[1]), SIGNAL_BOUNDS[1], NOISE_BOUNDS[1])

  const tried = starts.map((start) =>
    minimizeInBox(loss, pack(start), { lower, upper, evaluations: tries, tolerance: TOLERANCE }),
  )
  const { x } = tried.reduce((best, next) => (next.value < best.value ? next : best))
  return unpack(minimizeInBox(loss, x, { lower, upper, evaluations, tolerance: TOLERANCE }).x)
}

/** Decrease of the loss per step, relative to the loss, below which a fit stops. */
const TOLERANCE = 1e-5
/** Loss returned where the covariance matrix is not positive definite. */
const WORST = 1e10

/**
 * Returns a function that computes the loss of packed hyperparameters (`pack`), minus the log posterior density up to a
 * constant, and writes its gradient.
 */
export function createLoss(
  { points, values, count }: FitData,
  { isCategory, shape }: KernelForm,
): (theta: Float64Array, gradient: Float64Array) => number {
  const d = isCategory.length
  const { value: shapeAt, slope: slopeAt } = SHAPES[shape]
  const distances = distancesOf(points, count, isCategory)
  const [covariance, inverse] = [new Float64Array(count * count), new Float64Array(count * count)]
  const [shapes, slopes] = [new Float64Array(distances[0]?.length ?? 0), new Float64Array(distances[0]?.length ?? 0)]
  const weights = new Float64Array(count)

  return (theta, gradient) => {
    const signal = Math.exp(theta[d]!)
    const noise = Math.exp(theta[d + 1]!)
    const inverseSquares = theta.subarray(0, d).map((value) => Math.exp(-2 * value))

    fillCovariance(signal, inverseSquares)
    for (let i = 0; i < count; i += 1) covariance[i * count + i] = signal + noise + JITTER
    if (!factorInPlace(covariance, count)) {
      gradient.fill(0)
      return WORST
    }

    invertFactored(covariance, count, inverse)
    const value = fillWeights()
    fillGradient(gradient, signal, noise, inverseSquares)
    return value + addPrior(theta, gradient)
  }

  function fillCovariance(signal: number, inverseSquares: Float64Array): void {
    shapes.fill(0)
    for (let j = 0; j < d; j += 1) {
      const [list, weight] = [distances[j]!, inverseSquares[j]!]
      for (let pair = 0; pair < list.length; pair += 1) shapes[pair]! += weight * list[pair]!
    }

    for (let i = 1, pair = 0; i < count; i += 1) {
      for (let k = 0; k < i; k += 1, pair += 1) {
        const squared = shapes[pair]!
        // The derivative with respect to ln(length) is −2 × slope × squared distance in that dimension. The distance is
        // multiplied in `fillGradient`.
        slopes[pair] = -2 * slopeAt(squared)
        shapes[pair] = shapeAt(squared)
        covariance[i * count + k] = signal * shapes[pair]!
      }
    }
  }

  /** Writes α = K⁻¹y to `weights`. Returns minus the log likelihood up to a constant. */
  function fillWeights(): number {
    let value = 0
    for (let i = 0; i < count; i += 1) {
      let sum = 0
      for (let k = 0; k < i; k += 1) sum += inverse[i * count + k]! * values[k]!
      for (let k = i; k < count; k += 1) sum += inverse[k * count + i]! * values[k]!
      weights[i] = sum
      value += 0.5 * values[i]! * sum + Math.log(covariance[i * count + i]!)
    }
    return value
  }

  /** Writes ½ tr((K⁻¹ − ααᵀ) ∂K) for each hyperparameter to `gradient`. */
  function fillGradient(gradient: Float64Array, signal: number, noise: number, inverseSquares: Float64Array): void {
    gradient.fill(0)
    let [bySignal, trace] = [0, 0]
    for (let i = 0, pair = 0; i < count; i += 1) {
      for (let k = 0; k < i; k += 1, pair += 1) {
        const w = inverse[i * count + k]! - weights[i]! * weights[k]!
        bySignal += w * shapes[pair]!
        slopes[pair]! *= w
      }
      trace += inverse[i * count + i]! - weights[i]! * weights[i]!
    }

    for (let j = 0; j < d; j += 1) {
      const list = distances[j]!
      let sum = 0
      for (let pair = 0; pair < list.length; pair += 1) sum += slopes[pair]! * list[pair]!
      gradient[j] = sum * signal * inverseSquares[j]!
    }

    gradient[d] = signal * (bySignal + 0.5 * trace)
    gradient[d + 1] = 0.5 * noise * trace
  }

  /**
   * Adds the gradient of minus the log density of the priors to `gradient`. Returns minus that log density up to a
   * constant.
   */
  function addPrior(theta: Float64Array, gradient: Float64Array): number {
    const lengths = lengthPrior(d)
    let value = 0
    for (let j = 0; j < d + 2; j += 1) {
      const { mean, sd } = j < d ? lengths : j === d ? SIGNAL : NOISE
      const z = (theta[j]! - mean) / sd
      value += 0.5 * z * z
      gradient[j]! += z / sd
    }
    return value
  }
}

function distancesOf(points: Float64Array, count: number, isCategory: KernelForm['isCategory']): Distances {
  const d = isCategory.length
  const pairs = (count * (count - 1)) / 2
  return isCategory.map((isCategorical, j) => {
    const list = new Float64Array(pairs)
    for (let i = 1, pair = 0; i < count; i += 1) {
      for (let k = 0; k < i; k += 1, pair += 1) {
        const delta = points[i * d + j]! - points[k * d + j]!
        list[pair] = isCategorical ? Number(delta !== 0) : delta * delta
      }
    }
    return list
  })
}
