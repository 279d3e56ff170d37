import type { Codec } from './codec.ts'
import { gauss, sobolPoint } from './design.ts'
import type { Process } from './process.ts'
import type { Stream } from './rng.ts'

/** Candidates with what a process says of them. A spread is only computed once somebody asks for it. */
export interface Pool {
  /** Different points, and their keys. */
  readonly xs: readonly Float64Array[]
  readonly keys: readonly string[]
  mean(i: number): number
  /** Knows the points that have been added to the process until now. */
  sd(i: number): number
}

export interface PoolOptions {
  readonly codec: Codec
  readonly process: Process
  /** The best finished points: candidates near them are added to those that cover the space. */
  readonly best: readonly Float64Array[]
  readonly isAllowed: (x: Float64Array) => boolean
  readonly stream: Stream
  /** Candidates that cover the space. */
  readonly broad: number
}

const NEAR_EACH = 50
const VARIANCE_MIN = 1e-12

export function createPool({ codec, process, best, isAllowed, stream, broad }: PoolOptions): Pool {
  const sobolSeed = stream.nextWord()
  const all = [
    ...Array.from({ length: broad }, (_, i) => sobolPoint(codec, i, sobolSeed)),
    ...best.flatMap((x) => Array.from({ length: NEAR_EACH }, () => perturb(codec, x, stream))),
  ]
  // In a space of few points the same one comes many times.
  const byKey = new Map(all.map((x) => [codec.key(x), x]))
  const keys = [...byKey.keys()].filter((key) => isAllowed(byKey.get(key)!))
  const xs = keys.map((key) => byKey.get(key)!)
  const means = Float64Array.from(xs, process.mean)
  const rows: (Row | undefined)[] = xs.map(() => undefined)
  return {
    xs,
    keys,
    mean: (i) => means[i]!,
    sd: (i) => {
      const row = (rows[i] ??= startRow(process, xs[i]!))
      for (; row.followed < process.count; row.followed += 1)
        row.variance -= process.extend(xs[i]!, row.solved, row.followed) ** 2
      return Math.sqrt(Math.max(row.variance, VARIANCE_MIN))
    },
  }
}

interface Row {
  readonly solved: Float64Array
  /** Points of the process that the variance knows. */
  followed: number
  variance: number
}

/** Whenever it is asked for, a spread takes the same steps: the points of the start, then each that was added. */
function startRow(process: Process, x: Float64Array): Row {
  const solved = new Float64Array(process.capacity)
  const followed = process.solve(x, solved)
  let variance = process.kernel.signal
  for (let k = 0; k < followed; k += 1) variance -= solved[k]! * solved[k]!
  return { solved, followed, variance }
}

const SCALE_LOG_MIN = -3
const SCALE_LOG_MAX = -0.5

/** A point near another: some coordinates moved by a scale of its own, reflected at the ends, at least one of them. */
function perturb(codec: Codec, x: Float64Array, stream: Stream): Float64Array {
  const d = x.length
  const scale = 10 ** (SCALE_LOG_MIN + (SCALE_LOG_MAX - SCALE_LOG_MIN) * stream.next())
  const forced = Math.floor(stream.next() * d)
  const share = Math.max(0.3, 1.5 / d)
  const out = x.map((code, j) => {
    if (j !== forced && stream.next() >= share) return code
    const dimension = codec.dimensions[j]!
    if (dimension.categories > 0) return Math.floor(stream.next() * dimension.categories)
    const moved = reflect(code + scale * gauss(stream))
    const isStuck = Number.isFinite(dimension.cells) && dimension.snap(moved) === code
    return isStuck && stream.next() < 0.5 ? reflect(code + (stream.next() < 0.5 ? -1 : 1) / dimension.cells) : moved
  })
  return codec.settle(out)
}

function reflect(code: number): number {
  const inside = code < 0 ? -code : code > 1 ? 2 - code : code
  return Math.min(1, Math.max(0, inside))
}
