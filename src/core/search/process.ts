import { appendRow, createFactor, solveLower, solveUpper } from './cholesky.ts'
import type { Factor } from './cholesky.ts'
import { createKernel } from './kernel.ts'
import type { Form, Hyperparameters, Kernel } from './kernel.ts'
import { JITTER } from './likelihood.ts'

const PIVOT_MIN = 1e-10
const VARIANCE_MIN = 1e-12

/**
 * A Gaussian process over points whose values are known, followed by points whose values are not: the mean comes from the
 * first alone, the spread from all of them. That is how running trials count without anyone guessing their results
 * (GP-BUCB: Desautels, Krause and Burdick, 2014).
 */
export interface Process {
  readonly kernel: Kernel
  /** Points it holds, and can hold. */
  readonly count: number
  readonly capacity: number
  /** A further point without a value. */
  addPending(x: Float64Array): void
  /** Mean and standard deviation of the noiseless function at x. */
  predict(x: Float64Array): { mean: number; sd: number }
  /** The same, with slopes per ordered coordinate written to `meanSlope` and `sdSlope`. */
  predictWithSlopes(x: Float64Array, meanSlope: Float64Array, sdSlope: Float64Array): { mean: number; sd: number }
  /** Mean at x of other values given for all points of the process at the start. */
  blend(weights: Float64Array, x: Float64Array): number
  /** Weights for `blend`. */
  weigh(values: Float64Array): Float64Array
  /** Mean at x. */
  mean(x: Float64Array): number
  /** L⁻¹k over the points there were at the start, written to `row`: what `extend` goes on from. Returns their number. */
  solve(x: Float64Array, row: Float64Array): number
  /** Carries a solved row on to the point `at`, added since; returns its new element, whose square the variance falls by. */
  extend(x: Float64Array, row: Float64Array, at: number): number
}

export interface ProcessOptions {
  readonly hyperparameters: Hyperparameters
  readonly form: Form
  /** Rows of codes of the points with values, then of those without. */
  readonly known: readonly Float64Array[]
  readonly values: Float64Array
  readonly unknown: readonly Float64Array[]
  /** Points that may be added later. */
  readonly room: number
}

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
    kernel.against(x, points, factor.size, cross)
    points.set(x, factor.size * d)
    appendRow(factor, cross, diagonal, PIVOT_MIN)
  }
  for (const x of known) add(x)
  const weights = weightsOf(values)
  for (const x of unknown) add(x)
  const started = factor.size

  return {
    kernel,
    capacity,
    get count() {
      return factor.size
    },
    addPending: add,
    predict: (x) => {
      kernel.against(x, points, factor.size, cross)
      return { mean: meanAt(), sd: spreadAt() }
    },
    predictWithSlopes: (x, meanSlope, sdSlope) => {
      kernel.withSlopes(x, points, factor.size, { values: cross, slopes })
      const mean = meanAt()
      const sd = spreadAt()
      solveUpper(factor, solved, factor.size)
      fillSlopes(x, sd, meanSlope, sdSlope)
      return { mean, sd }
    },
    weigh: weightsOf,
    blend: (blendWeights, x) => {
      kernel.against(x, points, blendWeights.length, cross)
      let sum = 0
      for (let i = 0; i < blendWeights.length; i += 1) sum += cross[i]! * blendWeights[i]!
      return sum
    },
    mean: (x) => {
      kernel.against(x, points, known.length, cross)
      return meanAt()
    },
    solve: (x, row) => {
      kernel.against(x, points, started, row)
      solveLower(factor, row, started)
      return started
    },
    extend: (x, row, at) => {
      kernel.against(x, points.subarray(at * d), 1, cross)
      let rest = cross[0]!
      const start = at * factor.stride
      for (let i = 0; i < at; i += 1) rest -= factor.rows[start + i]! * row[i]!
      return (row[at] = rest / factor.rows[start + at]!)
    },
  }

  function weightsOf(of: Float64Array): Float64Array {
    const out = Float64Array.from(of)
    solveLower(factor, out, of.length)
    solveUpper(factor, out, of.length)
    return out
  }

  function meanAt(): number {
    let mean = 0
    for (let i = 0; i < known.length; i += 1) mean += cross[i]! * weights[i]!
    return mean
  }

  /** Leaves L⁻¹k in `solved`. */
  function spreadAt(): number {
    const count = factor.size
    for (let i = 0; i < count; i += 1) solved[i] = cross[i]!
    solveLower(factor, solved, count)
    let variance = kernel.signal
    for (let i = 0; i < count; i += 1) variance -= solved[i]! * solved[i]!
    return Math.sqrt(Math.max(variance, VARIANCE_MIN))
  }

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
