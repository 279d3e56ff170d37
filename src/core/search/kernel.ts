/** How fast covariance falls with distance. */
export type Shape = 'matern52' | 'matern32' | 'rbf'

/** Natural logarithms of what a Gaussian process is made of: a length for each dimension, the signal's and the noise's variance. */
export interface Hyperparameters {
  readonly logLengths: Float64Array
  readonly logSignal: number
  readonly logNoise: number
}

/** What is known of the dimensions before any data. */
export interface Form {
  /** Dimensions that are compared by equality alone. */
  readonly isCategory: readonly boolean[]
  readonly shape: Shape
}

/** Covariance at a squared distance of 1 length, and what it changes by per squared distance. */
interface ShapeFunctions {
  readonly value: (squared: number) => number
  readonly slope: (squared: number) => number
}

/** Rasmussen and Williams, "Gaussian Processes for Machine Learning" (2006), 4.2. */
export const SHAPES: Readonly<Record<Shape, ShapeFunctions>> = {
  matern52: {
    value: (squared) => {
      const r = Math.sqrt(5 * squared)
      return (1 + r + (r * r) / 3) * Math.exp(-r)
    },
    slope: (squared) => {
      const r = Math.sqrt(5 * squared)
      return (-5 / 6) * (1 + r) * Math.exp(-r)
    },
  },
  matern32: {
    value: (squared) => {
      const r = Math.sqrt(3 * squared)
      return (1 + r) * Math.exp(-r)
    },
    slope: (squared) => -1.5 * Math.exp(-Math.sqrt(3 * squared)),
  },
  rbf: { value: (squared) => Math.exp(-0.5 * squared), slope: (squared) => -0.5 * Math.exp(-0.5 * squared) },
}

/** Covariances under one set of hyperparameters: two different categories lie 1 apart, numbers as far as their codes. */
export interface Kernel {
  readonly signal: number
  readonly noise: number
  /** 1/length² of each dimension. */
  readonly weights: Float64Array
  /** Covariances of `x` with rows 0 … count−1 of a matrix of points, written to `out`. */
  against(x: Float64Array, points: Float64Array, count: number, out: Float64Array): void
  /** The same, and for each row what its covariance changes by per squared scaled distance. */
  withSlopes(
    x: Float64Array,
    points: Float64Array,
    count: number,
    out: { values: Float64Array; slopes: Float64Array },
  ): void
}

export function createKernel(
  { logLengths, logSignal, logNoise }: Hyperparameters,
  { isCategory, shape }: Form,
): Kernel {
  const size = logLengths.length
  const weights = logLengths.map((value) => Math.exp(-2 * value))
  const signal = Math.exp(logSignal)
  const ordered = indicesOf(isCategory, false)
  const categorical = indicesOf(isCategory, true)
  const { value, slope } = SHAPES[shape]

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
      for (let i = 0; i < count; i += 1) out[i] = signal * value(squaredDistance(x, points, i * size))
    },
    withSlopes: (x, points, count, { values, slopes }) => {
      for (let i = 0; i < count; i += 1) {
        const squared = squaredDistance(x, points, i * size)
        values[i] = signal * value(squared)
        slopes[i] = signal * slope(squared)
      }
    },
  }
}

function indicesOf(isCategory: readonly boolean[], wanted: boolean): Int32Array {
  return Int32Array.from(isCategory.flatMap((value, j) => (value === wanted ? [j] : [])))
}
