import type { ValueMap } from '../../contract/values.ts'
import { createAcquisition } from './acquisition.ts'
import type { Codec } from './codec.ts'
import type { History } from './history.ts'
import type { Hyperparameters } from './kernel.ts'
import { fitHyperparameters, priorMean } from './likelihood.ts'
import { createProcess } from './process.ts'
import type { Process } from './process.ts'
import { createStream } from './rng.ts'
import type { Stream } from './rng.ts'
import { scrambledSobol } from './sobol.ts'
import { warp } from './warp.ts'

export interface GaussianOptions {
  readonly codec: Codec
  readonly seed: number
  readonly concurrency: number
  readonly trialsMax: number | null
  readonly isAllowed: (x: Float64Array) => boolean
  readonly tune?: Record<string, number>
}

/** Everything that is the same for all suggestions made from one history. */
interface State {
  readonly resultCount: number
  readonly finished: readonly Trial[]
  readonly failed: readonly Trial[]
  /** Warped values of the finished trials. */
  readonly values: Float64Array
  readonly process: Process
  readonly failureWeights: Float64Array | undefined
  pendingCount: number
  readonly pool: Pool
}

interface Trial {
  readonly index: number
  readonly x: Float64Array
}

interface Pool {
  readonly xs: Float64Array[]
  readonly means: Float64Array
  readonly variances: Float64Array
  readonly rows: Float64Array[]
  rowCount: number
}

export interface Suggester {
  /** Point of trial `index`, computed from all results and from all points before it. */
  suggest(history: History, index: number): Float64Array
}

const FIT_POINTS_MAX = 300

export function createGaussian(options: GaussianOptions): Suggester {
  const { codec, seed, concurrency, tune = {} } = options
  const d = codec.dimensions.length
  const isCategory = codec.dimensions.map((dimension) => dimension.categories > 0)
  const encoded: Float64Array[] = []
  const initial = initialCount(d, options)
  let state: State | undefined
  let fitted: { count: number; hyperparameters: Hyperparameters } | undefined

  return {
    suggest: (history, index) => {
      for (let i = encoded.length; i < history.points.length; i += 1) encoded.push(codec.encode(history.points[i]!))
      const finishedCount = history.results.reduce((count, { value }) => count + Number(value !== undefined), 0)
      if (index < initial || finishedCount < 3) return designPoint(index)
      if (!state || state.resultCount !== history.results.length || state.pendingCount > index - history.results.length) state = build(history, index)
      addPending(state, history, index)
      return choose(state, history, index)
    },
  }

  function designPoint(index: number): Float64Array {
    if (index === 0) return codec.settle(centre(codec))
    return codec.settle(sobolPoint(codec, index, foldSeed(seed, 'design')))
  }

  function build(history: History, index: number): State {
    const byIndex = history.results.toSorted((a, b) => a.index - b.index)
    const finishedResults = byIndex.filter(({ value }) => value !== undefined)
    const finished = finishedResults.map(({ index }) => ({ index, x: encoded[index]! }))
    const failed = byIndex.filter(({ value }) => value === undefined).map(({ index }) => ({ index, x: encoded[index]! }))
    const values = warp(finishedResults.map(({ value }) => value!))
    const hyperparameters = fitFor(history)
    const process = createProcess({
      hyperparameters,
      isCategory,
      known: finished.map(({ x }) => x),
      values,
      unknown: failed.map(({ x }) => x),
      room: index - history.results.length + 2 * concurrency + 8,
    })
    const labels = Float64Array.from([...finished.map(() => 0), ...failed.map(() => 1)])
    const failureWeights = failed.length > 0 ? process.weigh(labels) : undefined
    return {
      resultCount: history.results.length,
      finished,
      failed,
      values,
      process,
      failureWeights,
      pendingCount: 0,
      pool: screen(process, finished, values, history.results.length),
    }
  }

  /** Hyperparameters are fitted anew at fixed numbers of results only, from those results alone. */
  function fitFor({ results }: History): Hyperparameters {
    const finishedTotal = results.reduce((count, { value }) => count + Number(value !== undefined), 0)
    const count = scheduled(finishedTotal)
    if (fitted?.count === count) return fitted.hyperparameters
    const prefix: { index: number; value: number }[] = []
    for (const { index, value } of results) if (value !== undefined && prefix.length < count) prefix.push({ index, value })
    const sorted = prefix.toSorted((a, b) => a.index - b.index)
    const sample = toSample(sorted)
    const hyperparameters = fitHyperparameters(sample, isCategory, [priorMean(d), ...(fitted && tune['warm'] ? [fitted.hyperparameters] : [])], tune['evals'] ?? 40)
    fitted = { count, hyperparameters }
    return hyperparameters
  }

  function toSample(trials: readonly { index: number; value: number }[]) {
    const kept = trials.slice(-FIT_POINTS_MAX)
    const points = new Float64Array(kept.length * d)
    kept.forEach(({ index }, row) => points.set(encoded[index]!, row * d))
    return { points, values: warp(kept.map(({ value }) => value)), count: kept.length }
  }

  function screen(process: Process, finished: readonly Trial[], values: Float64Array, version: number): Pool {
    const stream = createStream(seed, 'screen', version)
    const sobolSeed = stream.nextWord()
    const xs: Float64Array[] = []
    const broad = tune['broad'] ?? 500
    for (let i = 0; i < broad; i += 1) xs.push(codec.settle(sobolPoint(codec, i, sobolSeed)))
    const order = Array.from(values.keys()).toSorted((a, b) => values[a]! - values[b]! || a - b)
    for (const best of order.slice(0, 5)) for (let i = 0; i < (tune['near'] ?? 60); i += 1) xs.push(perturb(finished[best]!.x, 10 ** (-3 + 2.5 * stream.next()), stream))
    const allowed = xs.filter(options.isAllowed)
    const capacity = process.points.length / d
    const pool: Pool = { xs: allowed, means: new Float64Array(allowed.length), variances: new Float64Array(allowed.length), rows: [], rowCount: process.count }
    allowed.forEach((x, i) => {
      const row = new Float64Array(capacity)
      pool.means[i] = process.solve(x, row)
      let variance = process.kernel.signal
      for (let k = 0; k < process.count; k += 1) variance -= row[k]! * row[k]!
      pool.variances[i] = variance
      pool.rows.push(row)
    })
    return pool
  }

  function addPending(at: State, history: History, index: number): void {
    const known = new Set(history.results.map((result) => result.index))
    let seen = 0
    for (let i = 0; i < index; i += 1) {
      if (known.has(i)) continue
      seen += 1
      if (seen <= at.pendingCount) continue
      at.process.addPending(encoded[i]!)
      at.pendingCount += 1
    }
    const { pool, process } = at
    for (; pool.rowCount < process.count; pool.rowCount += 1) {
      pool.xs.forEach((x, i) => (pool.variances[i]! -= process.extend(x, pool.rows[i]!, pool.rowCount) ** 2))
    }
  }

  function choose(at: State, history: History, index: number): Float64Array {
    const stream = createStream(seed, 'slot', index)
    const used = new Set(encoded.slice(0, index).map((x) => codec.key(x)))
    const kappa = (tune['kmin'] ?? 0.3) + (tune['kscale'] ?? 1) * Math.abs(gauss(stream))
    const region = trustRegion(at)
    const acquisition = createAcquisition({ process: at.process, kappa, codec, failureWeights: at.failureWeights })
    const { pool } = at
    const scores = pool.xs.map((x, i) => {
      const away = region ? region.distance(x) : 0
      if (away > 0) return 1e4 + away
      return acquisition.score(pool.means[i]!, Math.sqrt(Math.max(pool.variances[i]!, 1e-12)), x)
    })
    const order = Array.from(scores.keys()).toSorted((a, b) => scores[a]! - scores[b]! || a - b)
    const starts = distinct(order, pool.xs, tune['starts'] ?? 4)
    let best: { x: Float64Array; value: number } | undefined
    const consider = (x: Float64Array, value: number): void => {
      if ((!best || value < best.value) && options.isAllowed(x) && !used.has(codec.key(x))) best = { x, value }
    }
    for (const start of starts) {
      consider(pool.xs[start]!, scores[start]!)
      const box = region?.box(pool.xs[start]!) ?? wholeBox(d)
      const found = acquisition.refine(pool.xs[start]!, box, tune['refine'] ?? 20)
      consider(found.x, found.value)
    }
    if (best) return best.x
    const unused = order.find((i) => !used.has(codec.key(pool.xs[i]!)))
    if (unused !== undefined) return pool.xs[unused]!
    return anyUnused(used, index)
  }

  function anyUnused(used: Set<string>, index: number): Float64Array {
    const stream = createStream(seed, 'unused', index)
    let x = codec.settle(randomPoint(codec, stream))
    for (let tries = 0; tries < 10_000 && (used.has(codec.key(x)) || !options.isAllowed(x)); tries += 1) x = codec.settle(randomPoint(codec, stream))
    return x
  }

  function trustRegion(at: State) {
    const radius = 0.2 + (0.3 * at.finished.length) / ((tune['tr'] ?? 5) * (d + 1))
    const dims = codec.dimensions.flatMap((dimension, j) => (dimension.categories === 0 && dimension.cells > 5 ? [j] : []))
    if (radius >= 0.5 || dims.length === 0) return undefined
    const nearest = (x: Float64Array): { distance: number; trial: Trial } => {
      let best = { distance: Infinity, trial: at.finished[0]! }
      for (const trial of at.finished) {
        let most = 0
        for (const j of dims) most = Math.max(most, Math.abs(x[j]! - trial.x[j]!))
        if (most < best.distance) best = { distance: most, trial }
      }
      return best
    }
    return {
      distance: (x: Float64Array) => Math.max(0, nearest(x).distance - radius),
      box: (x: Float64Array) => {
        const { trial } = nearest(x)
        const box = wholeBox(d)
        for (const j of dims) {
          box.lower[j] = Math.max(0, trial.x[j]! - radius)
          box.upper[j] = Math.min(1, trial.x[j]! + radius)
        }
        return box
      },
    }
  }

  function perturb(x: Float64Array, scale: number, stream: Stream): Float64Array {
    const out = x.slice()
    const forced = Math.floor(stream.next() * d)
    for (let j = 0; j < d; j += 1) {
      if (j !== forced && stream.next() >= Math.max(0.3, 1.5 / d)) continue
      const dimension = codec.dimensions[j]!
      if (dimension.categories > 0) out[j] = Math.floor(stream.next() * dimension.categories)
      else {
        let moved = x[j]! + scale * gauss(stream)
        if (moved < 0) moved = -moved
        if (moved > 1) moved = 2 - moved
        if (Number.isFinite(dimension.cells) && dimension.snap(moved) === x[j] && stream.next() < 0.5) moved = x[j]! + (stream.next() < 0.5 ? -1 : 1) / dimension.cells
        out[j] = Math.min(1, Math.max(0, moved))
      }
    }
    return codec.settle(out)
  }
}

/** One below each number of finished trials at which hyperparameters are fitted anew. */
function scheduled(count: number): number {
  let at = 3
  for (let next = at; next <= count; next += Math.max(1, Math.floor(next / 20))) at = next
  return at
}

function initialCount(d: number, { concurrency, trialsMax }: GaussianOptions): number {
  const wanted = Math.max(concurrency, Math.min(2 * d, 3 * concurrency))
  return trialsMax === null ? wanted : Math.min(wanted, Math.max(3, Math.floor(trialsMax / 4)))
}

function distinct(order: readonly number[], xs: readonly Float64Array[], count: number): number[] {
  const out: number[] = []
  for (const i of order) {
    if (out.length === count) break
    if (out.every((other) => farEnough(xs[i]!, xs[other]!))) out.push(i)
  }
  return out
}

function farEnough(a: Float64Array, b: Float64Array): boolean {
  return a.some((value, j) => Math.abs(value - b[j]!) > 0.02)
}

function wholeBox(d: number) {
  return { lower: new Float64Array(d), upper: new Float64Array(d).fill(1) }
}

function centre(codec: Codec): Float64Array {
  return Float64Array.from(codec.dimensions, (dimension) => (dimension.categories > 0 ? Math.floor(dimension.categories / 2) : 0.5))
}

function sobolPoint(codec: Codec, index: number, seed: number): Float64Array {
  return Float64Array.from(codec.dimensions, (dimension, j) => toCode(dimension, scrambledSobol(index, j, seed)))
}

function randomPoint(codec: Codec, stream: Stream): Float64Array {
  return Float64Array.from(codec.dimensions, (dimension) => toCode(dimension, stream.next()))
}

function toCode({ categories, weights }: { categories: number; weights: readonly number[] }, u: number): number {
  if (categories === 0) return u
  let sum = 0
  const index = weights.findIndex((weight) => (sum += weight) > u)
  return index === -1 ? categories - 1 : index
}

export function foldSeed(seed: number, name: string): number {
  return createStream(seed, name, 0).nextWord()
}

export function gauss(stream: Stream): number {
  return Math.sqrt(-2 * Math.log(1 - stream.next())) * Math.cos(2 * Math.PI * stream.next())
}

export type Decoded = ValueMap
