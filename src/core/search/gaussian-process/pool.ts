import type { Codec } from '../codec.ts'
import { drawNormal, sobolPoint } from '../methods/design.ts'
import type { Process } from './gaussian-process.ts'
import type { Stream } from '../numerics/rng.ts'

/**
 * Candidates for a suggestion, with their predictions from a process. The standard deviation of a candidate is computed
 * only on request.
 */
export interface Pool {
  /** The candidates, without duplicates. */
  readonly xs: readonly Float64Array[]
  /** Keys (`Codec.keyOf`) of the candidates. */
  readonly keys: readonly string[]
  /** Returns the predicted mean of candidate i. */
  getMean(i: number): number
  /**
   * Returns the predicted standard deviation of candidate i, with all points that the process has at the time of the
   * call.
   */
  getSd(i: number): number
}

/** Inputs of `createPool`. */
export interface PoolOptions {
  readonly codec: Codec
  readonly process: Process
  /** Codes of the best finished trials. `NEAR_EACH` candidates are drawn near each of them. */
  readonly best: readonly Float64Array[]
  readonly isAllowed: (x: Float64Array) => boolean
  readonly stream: Stream
  /** Number of candidates that cover the space evenly. */
  readonly broad: number
}

/** Number of candidates drawn near each of the best points. */
const NEAR_EACH = 50
const VARIANCE_MIN = 1e-12

/** Creates the allowed candidates: `broad` points of a scrambled Sobol sequence, and random points near the `best`. */
export function createPool({ codec, process, best, isAllowed, stream, broad }: PoolOptions): Pool {
  const sobolSeed = stream.nextWord()
  const all = [
    ...Array.from({ length: broad }, (_, i) => sobolPoint(codec, i, sobolSeed)),
    ...best.flatMap((x) => Array.from({ length: NEAR_EACH }, () => perturb(codec, x, stream))),
  ]
  // Removes duplicates: in a space of few points many candidates are equal.
  const byKey = new Map(all.map((x) => [codec.keyOf(x), x]))
  const keys = [...byKey.keys()].filter((key) => isAllowed(byKey.get(key)!))
  const xs = keys.map((key) => byKey.get(key)!)

  const means = Float64Array.from(xs, process.mean)
  const rows: (Row | undefined)[] = xs.map(() => undefined)

  return {
    xs,
    keys,
    getMean: (i) => means[i]!,
    getSd: (i) => {
      const row = (rows[i] ??= startRow(process, xs[i]!))
      for (; row.followed < process.count; row.followed += 1)
        row.variance -= process.extendRow(xs[i]!, row.solved, row.followed) ** 2
      return Math.sqrt(Math.max(row.variance, VARIANCE_MIN))
    },
  }
}

/**
 * State of the variance of one candidate. `solved` is L⁻¹k: the candidate's covariances with the points of the process,
 * after forward substitution by the Cholesky factor.
 */
interface Row {
  readonly solved: Float64Array
  /** Number of points of the process that are included in `solved` and `variance`. */
  followed: number
  variance: number
}

/**
 * Returns the row of a candidate with the points that the process was created with; `getSd` adds later points one by
 * one. The order of the computation is fixed, so a result does not depend on when it is requested.
 */
function startRow(process: Process, x: Float64Array): Row {
  const solved = new Float64Array(process.capacity)
  const includedCount = process.startRow(x, solved)
  let variance = process.kernel.signal
  for (let k = 0; k < includedCount; k += 1) variance -= solved[k]! * solved[k]!
  return { solved, followed: includedCount, variance }
}

/** Range of the scale of a perturbation: exponents of ten. */
const SCALE_LOG_MIN = -3
const SCALE_LOG_MAX = -0.5

/**
 * Draws a point near another and normalises it. In a random subset of the dimensions (at least one) categories are
 * drawn anew, and codes of numbers are moved by normal amounts of one common random scale, reflected at 0 and 1.
 */
function perturb(codec: Codec, x: Float64Array, stream: Stream): Float64Array {
  const d = x.length
  const scale = 10 ** (SCALE_LOG_MIN + (SCALE_LOG_MAX - SCALE_LOG_MIN) * stream.next())
  const forced = Math.floor(stream.next() * d)
  const share = Math.max(0.3, 1.5 / d)

  const out = x.map((code, j) => {
    if (j !== forced && stream.next() >= share) return code
    const dimension = codec.dimensions[j]!
    if (dimension.categories > 0) return Math.floor(stream.next() * dimension.categories)
    const moved = reflect(code + scale * drawNormal(stream))
    const isStuck = Number.isFinite(dimension.cells) && dimension.snapCode(moved) === code
    return isStuck && stream.next() < 0.5 ? reflect(code + (stream.next() < 0.5 ? -1 : 1) / dimension.cells) : moved
  })
  return codec.normalise(out)
}

/** Returns a code outside [0, 1] reflected at the nearer end of that range. */
function reflect(code: number): number {
  const inside = code < 0 ? -code : code > 1 ? 2 - code : code
  return Math.min(1, Math.max(0, inside))
}
