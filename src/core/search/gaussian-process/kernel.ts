/** Form of the covariance function of a Gaussian process. */
export type Shape = 'matern52' | 'matern32' | 'rbf'

/**
 * Hyperparameters of a Gaussian process as natural logarithms: one length scale per dimension, variance of the signal,
 * variance of the noise.
 */
export interface Hyperparameters {
  readonly logLengths: Float64Array
  readonly logSignal: number
  readonly logNoise: number
}

/** The parts of a kernel that are not fitted to data. */
export interface KernelForm {
  /** Whether each dimension is a category. Two categories are either equal or 1 apart. */
  readonly isCategory: readonly boolean[]
  readonly shape: Shape
}

/**
 * Correlation as a function of the squared scaled distance, and the derivative with respect to that squared distance.
 */
interface ShapeFunctions {
  readonly value: (squared: number) => number
  readonly slope: (squared: number) => number
}

/** The covariance functions. Rasmussen and Williams, "Gaussian Processes for Machine Learning" (2006), 4.2. */
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

/**
 * Computes covariances for one set of hyperparameters. The distance between two numbers is the difference of their
 * codes, that between two different categories is 1; each is divided by the length scale of its dimension.
 */
export interface Kernel {
  /** Variance of the function without observation noise. */
  readonly signal: number
  /** Variance of the observation noise. */
  readonly noise: number
  /** 1/length² of each dimension. */
  readonly weights: Float64Array
  /** Writes the covariances of `x` with the rows 0 … `count` − 1 of the matrix `points` (row-major codes) to `out`. */
  fillCovariances(x: Float64Array, points: Float64Array, count: number, out: Float64Array): void
  /**
   * Like `fillCovariances`; also writes the derivatives of the covariances with respect to the squared scaled distance
   * to `out.slopes`.
   */
  fillCovariancesAndSlopes(
    x: Float64Array,
    points: Float64Array,
    count: number,
    out: { values: Float64Array; slopes: Float64Array },
  ): void
}

export function createKernel(
  { logLengths, logSignal, logNoise }: Hyperparameters,
  { isCategory, shape }: KernelForm,
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
    fillCovariances: (x, points, count, out) => {
      for (let i = 0; i < count; i += 1) out[i] = signal * value(squaredDistance(x, points, i * size))
    },
    fillCovariancesAndSlopes: (x, points, count, { values, slopes }) => {
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
