/** Natural logarithms of what a Gaussian process is made of: a length for each dimension, the signal's and the noise's variance. */
export interface Hyperparameters {
  readonly logLengths: Float64Array
  readonly logSignal: number
  readonly logNoise: number
}

/** Which dimensions are compared by equality alone. */
export type Categories = readonly boolean[]

const SQRT5 = Math.sqrt(5)

/** Matérn's function of smoothness 5/2 at a scaled distance: 1 at 0. */
export function matern(distance: number): number {
  const r = SQRT5 * distance
  return (1 + r + (r * r) / 3) * Math.exp(-r)
}

/**
 * Covariances under one set of hyperparameters: Matérn 5/2 of a distance with a length of its own for each dimension, in
 * which two different categories lie 1 apart. Rasmussen and Williams, "Gaussian Processes for Machine Learning" (2006).
 */
export interface Kernel {
  readonly signal: number
  readonly noise: number
  /** 1/length² of each dimension. */
  readonly weights: Float64Array
  /** Covariances of `x` with rows 0 … count−1 of a matrix of points, written to `out`. */
  against(x: Float64Array, points: Float64Array, count: number, out: Float64Array): void
  /** The same, and for each row what its covariance changes by per change of squared scaled distance. */
  withSlopes(x: Float64Array, points: Float64Array, count: number, out: Float64Array, slopes: Float64Array): void
}

export function createKernel({ logLengths, logSignal, logNoise }: Hyperparameters, isCategory: Categories): Kernel {
  const size = logLengths.length
  const weights = logLengths.map((value) => Math.exp(-2 * value))
  const signal = Math.exp(logSignal)
  const ordered = indicesOf(isCategory, false)
  const categorical = indicesOf(isCategory, true)

  const squaredDistance = (x: Float64Array, points: Float64Array, at: number): number => {
    let sum = 0
    for (let k = 0; k < ordered.length; k += 1) {
      const j = ordered[k]!
      const delta = x[j]! - points[at + j]!
      sum += weights[j]! * delta * delta
    }
    for (let k = 0; k < categorical.length; k += 1) {
      const j = categorical[k]!
      if (x[j] !== points[at + j]) sum += weights[j]!
    }
    return sum
  }
  return {
    signal,
    noise: Math.exp(logNoise),
    weights,
    against: (x, points, count, out) => {
      for (let i = 0; i < count; i += 1) {
        const r = Math.sqrt(5 * squaredDistance(x, points, i * size))
        out[i] = signal * (1 + r + (r * r) / 3) * Math.exp(-r)
      }
    },
    withSlopes: (x, points, count, out, slopes) => {
      for (let i = 0; i < count; i += 1) {
        const r = Math.sqrt(5 * squaredDistance(x, points, i * size))
        const decay = signal * Math.exp(-r)
        out[i] = (1 + r + (r * r) / 3) * decay
        slopes[i] = (-5 / 6) * (1 + r) * decay
      }
    },
  }
}

function indicesOf(isCategory: Categories, wanted: boolean): Int32Array {
  return Int32Array.from(isCategory.flatMap((value, j) => (value === wanted ? [j] : [])))
}
