import { appendRow, createFactor, solveLower, solveUpper } from '../numerics/cholesky.ts'
import type { Factor } from '../numerics/cholesky.ts'
import { createKernel } from './kernel.ts'
import type { KernelForm, Hyperparameters, Kernel } from './kernel.ts'
import { JITTER } from './likelihood.ts'

/**
 * Lower limits of the squared pivots of the Cholesky factor, and of the predicted variance. Rounding errors could
 * otherwise make them zero or negative.
 */
const PIVOT_MIN = 1e-10
const VARIANCE_MIN = 1e-12

/**
 * A Gaussian process over points with values, followed by points without values. The predicted mean depends only on the
 * points with values, the standard deviation on all points. Running trials are thus taken into account without guessing
 * their results (GP-BUCB: Desautels, Krause and Burdick, 2014).
 */
export interface Process {
  readonly kernel: Kernel
  /** Number of points, with and without values. */
  readonly count: number
  /** Largest number of points, with and without values. */
  readonly capacity: number
  /** Adds a point without a value. */
  addPending(x: Float64Array): void
  /** Returns the predicted mean and standard deviation at `x`, of the function without observation noise. */
  predict(x: Float64Array): { mean: number; sd: number }
  /**
   * Like `predict`; also writes the derivatives of mean and standard deviation with respect to each code to `meanSlope`
   * and `sdSlope`. The derivative for a category is 0.
   */
  predictWithSlopes(x: Float64Array, meanSlope: Float64Array, sdSlope: Float64Array): { mean: number; sd: number }
  /**
   * Returns the mean at `x` for other values at the initial points than those of the process. `weights` come from
   * `solveWeights`.
   */
  predictWith(weights: Float64Array, x: Float64Array): number
  /**
   * Returns the weights for `predictWith`, given one value for each initial point: each point with a value, then each
   * point without one that was there at the creation.
   */
  solveWeights(values: Float64Array): Float64Array
  /** Returns the predicted mean at `x`. */
  mean(x: Float64Array): number
  /**
   * Writes L⁻¹k over the initial points to `row`, where L is the Cholesky factor and k the covariances of `x` with the
   * points. `extendRow` continues the row. Returns the number of initial points.
   */
  startRow(x: Float64Array, row: Float64Array): number
  /**
   * Extends the row of `startRow` for `x` by the point with index `at`, which was added later. Returns the new element;
   * the variance at `x` falls by its square.
   */
  extendRow(x: Float64Array, row: Float64Array, at: number): number
}

/** Inputs of `createProcess`. */
export interface ProcessOptions {
  readonly hyperparameters: Hyperparameters
  readonly form: KernelForm
  /** Codes of the points with values. */
  readonly known: readonly Float64Array[]
  /** Values of the points `known`. */
  readonly values: Float64Array
  /** Codes of further initial points, which have no values. */
  readonly unknown: readonly Float64Array[]
  /** Number of points that can be added later with `addPending`. */
  readonly room: number
}

/**
 * Creates a process with given hyperparameters. The points `known` and `unknown` are its initial points, in this order.
 */
export function createProcess({ hyperparameters, form, known, values, unknown, room }: ProcessOptions): Process {
  const { isCategory } = form
  const d = isCategory.length
  const capacity = known.length + unknown.length + room
  const kernel = createKernel(hyperparameters, form)

  const points = new Float64Array(capacity * d)
  const factor: Factor = createFactor(capacity)
  const [cross, slopes] = [new Float64Array(capacity), new Float64Array(capacity)]
  const solved = new Float64Array(capacity)
  const diagonal = kernel.signal + kernel.noise + JITTER

  const add = (x: Float64Array): void => {
    kernel.fillCovariances(x, points, factor.size, cross)
    points.set(x, factor.size * d)
    appendRow(factor, cross, diagonal, PIVOT_MIN)
  }

  for (const x of known) add(x)
  const weights = weightsOf(values)
  for (const x of unknown) add(x)
  const initialCount = factor.size

  return {
    kernel,
    capacity,
    get count() {
      return factor.size
    },
    addPending: add,
    predict: (x) => {
      kernel.fillCovariances(x, points, factor.size, cross)
      return { mean: meanAt(), sd: spreadAt() }
    },
    predictWithSlopes: (x, meanSlope, sdSlope) => {
      kernel.fillCovariancesAndSlopes(x, points, factor.size, { values: cross, slopes })
      const mean = meanAt()
      const sd = spreadAt()
      solveUpper(factor, solved, factor.size)
      fillSlopes(x, sd, meanSlope, sdSlope)
      return { mean, sd }
    },
    solveWeights: weightsOf,
    predictWith: (blendWeights, x) => {
      kernel.fillCovariances(x, points, blendWeights.length, cross)
      let sum = 0
      for (let i = 0; i < blendWeights.length; i += 1) sum += cross[i]! * blendWeights[i]!
      return sum
    },
    mean: (x) => {
      kernel.fillCovariances(x, points, known.length, cross)
      return meanAt()
    },
    startRow: (x, row) => {
      kernel.fillCovariances(x, points, initialCount, row)
      solveLower(factor, row, initialCount)
      return initialCount
    },
    extendRow: (x, row, at) => {
      kernel.fillCovariances(x, points.subarray(at * d), 1, cross)
      let rest = cross[0]!
      const start = at * factor.stride
      for (let i = 0; i < at; i += 1) rest -= factor.rows[start + i]! * row[i]!
      return (row[at] = rest / factor.rows[start + at]!)
    },
  }

  /** Returns w with K w = `of`, where K is the covariance matrix of the first `of.length` points. */
  function weightsOf(of: Float64Array): Float64Array {
    const out = Float64Array.from(of)
    solveLower(factor, out, of.length)
    solveUpper(factor, out, of.length)
    return out
  }

  /** Returns the mean at the point whose covariances are in `cross`. */
  function meanAt(): number {
    let sum = 0
    for (let i = 0; i < known.length; i += 1) sum += cross[i]! * weights[i]!
    return sum
  }

  /** Returns the standard deviation at the point whose covariances are in `cross`. Leaves L⁻¹k in `solved`. */
  function spreadAt(): number {
    const count = factor.size
    for (let i = 0; i < count; i += 1) solved[i] = cross[i]!
    solveLower(factor, solved, count)

    let variance = kernel.signal
    for (let i = 0; i < count; i += 1) variance -= solved[i]! * solved[i]!
    return Math.sqrt(Math.max(variance, VARIANCE_MIN))
  }

  /**
   * Writes the derivatives of mean and standard deviation at `x` to `meanSlope` and `sdSlope`. `slopes` must contain
   * the derivatives of the covariances, and `solved` K⁻¹k.
   */
  function fillSlopes(x: Float64Array, sd: number, meanSlope: Float64Array, sdSlope: Float64Array): void {
    meanSlope.fill(0)
    sdSlope.fill(0)

    for (let i = 0; i < factor.size; i += 1) {
      const forMean = i < known.length ? weights[i]! * slopes[i]! : 0
      const forSpread = solved[i]! * slopes[i]!
      for (let j = 0; j < d; j += 1) {
        if (isCategory[j]) continue
        const change = 2 * kernel.weights[j]! * (x[j]! - points[i * d + j]!)
        meanSlope[j]! += forMean * change
        sdSlope[j]! -= forSpread * change
      }
    }

    for (let j = 0; j < d; j += 1) sdSlope[j]! /= sd
  }
}
