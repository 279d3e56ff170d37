import type { SearchSpace } from '../../contract/search-space.ts'
import { score } from './acquisition.ts'
import type { Acquisition } from './acquisition.ts'
import type { Codec } from './codec.ts'
import { centrePoint, gauss, seedFor, sobolPoint } from './design.ts'
import type { Suggestion } from './history.ts'
import type { Form, Hyperparameters, Shape } from './kernel.ts'
import { designValues } from './ledger.ts'
import type { Entry, Ledger, Sample } from './ledger.ts'
import { fitHyperparameters, priorMean } from './likelihood.ts'
import { createPool } from './pool.ts'
import type { Pool } from './pool.ts'
import { createProcess } from './process.ts'
import type { Process } from './process.ts'
import { refine } from './refine.ts'
import type { Landscape, Scored } from './refine.ts'
import { elsewhere, trustRegion, wholeBox } from './region.ts'
import type { TrustRegion } from './region.ts'
import { createStream } from './rng.ts'
import type { Stream } from './rng.ts'
import { isSteep, warp } from './warp.ts'

/** What a document may say of a Gaussian process search. */
export interface GaussianSettings {
  /** Points before the model chooses; null: as many as the space needs. */
  readonly initial: number | null
  /** null: a lower bound of random width. */
  readonly acquisition: { readonly kind: 'ucb' | 'ei' | 'poi'; readonly kappa: number; readonly eps: number } | null
  readonly shape: Shape
  /** One more length to begin the fit from, in widths of the space; null for none. */
  readonly length: number | null
  /** Candidates that cover the space, and local searches from the best of them. */
  readonly candidates: number
  readonly starts: number
}

export const GAUSSIAN_DEFAULTS: GaussianSettings = {
  initial: null,
  acquisition: null,
  shape: 'matern52',
  length: null,
  candidates: 500,
  starts: 4,
}

export interface Chooser {
  /** A point that nobody has tried, or undefined where this way of choosing finds none. Computed from what the ledger has read. */
  choose(index: number): { x: Float64Array; source: Suggestion['source'] } | undefined
}

export interface ChooserOptions {
  readonly space: SearchSpace
  readonly codec: Codec
  readonly ledger: Ledger
  readonly seed: number
  readonly concurrency: number
  readonly trialsMax: number | null
  readonly isAllowed: (x: Float64Array) => boolean
}

/** A part of the space that a search keeps to. */
export interface Niche {
  readonly holds: (x: Float64Array) => boolean
  /** Trials of its design. */
  readonly initial: number
  /** Trials that the search has made. */
  readonly made: () => number
}

/** Trials a process holds at most: the cost of a suggestion grows with their square. */
const ACTIVE_MAX = 300
const FINISHED_MIN = 3
/** A large process is asked about fewer candidates: each costs more there, and it knows better where to look. */
const LARGE = 150
const CANDIDATES_LARGE = 250
const FIT_MAX = 150
const FIT_EVALUATIONS = 40
/** Steps from each start before only the most promising goes on. */
const FIT_TRIES = 8
/** A second start of the fit, at lengths this much shorter: rough functions are missed from the prior's long ones. */
const SHORT_START = 1.5
/** Running trials a process has room for beyond those there are; with more it is built anew. */
const ROOM_MAX = 64
const NEAR_BEST = 5
const OUTSIDE_PENALTY = 1e4
const FAILURE_PENALTY = 3

/** Everything that is the same for all suggestions made from one set of results. */
interface Model {
  readonly resultCount: number
  readonly finished: readonly Entry[]
  readonly values: Float64Array
  readonly process: Process
  readonly pool: Pool
  readonly region: TrustRegion | undefined
  readonly penalty: (x: Float64Array) => number
  /** Running trials that the process has taken in. */
  readonly pending: number[]
}

/**
 * Bayesian optimisation with a Gaussian process. A suggestion minimises a lower confidence bound of random width, whose
 * mean knows finished trials and whose spread knows the running ones too; so trials that run side by side differ by
 * construction. docs/search.md says what each part brings.
 */
export function createGaussian(
  options: Omit<ChooserOptions, 'ledger'> & { readonly ledger: Sample },
  settings: GaussianSettings = GAUSSIAN_DEFAULTS,
  niche?: Niche,
): Chooser {
  const { codec, ledger, seed, isAllowed } = options
  const d = codec.dimensions.length
  const form: Form = { isCategory: codec.dimensions.map(({ categories }) => categories > 0), shape: settings.shape }
  const initial = niche?.initial ?? settings.initial ?? initialCount(d, options)
  const designSeed = seedFor(seed, 'design')
  let model: Model | undefined
  let fitted: { readonly count: number; readonly hyperparameters: Hyperparameters } | undefined

  return {
    choose: (index) => {
      const made = niche ? niche.made() : index + ledger.finished.filter((entry) => entry.index < 0).length
      if (made < initial || ledger.finished.length < FINISHED_MIN) return design(index)
      const pending = ledger.pending()
      if (!model || !isCurrent(model, pending)) model = build(pending.length)
      takePending(model, pending)
      const x = bestOf(model, index)
      return x && { x, source: 'gaussian' }
    },
  }

  /** Whether a model goes on: the same results, more running trials at most, and room for them. */
  function isCurrent(at: Model, pending: readonly number[]): boolean {
    const added = pending.length - at.pending.length
    return (
      at.resultCount === ledger.resultCount &&
      isPrefix(at.pending, pending) &&
      at.process.count + added <= at.process.capacity
    )
  }

  /** The centre, then a sequence that covers the space evenly. */
  function design(index: number): ReturnType<Chooser['choose']> {
    const centre = centrePoint(codec)
    if (index === 0 && isFree(centre)) return { x: centre, source: 'centre' }
    for (let at = index; at < index + 1_000 * DESIGN_STRIDE; at += DESIGN_STRIDE) {
      const x = sobolPoint(codec, at, designSeed)
      if (isFree(x)) return { x, source: 'sobol' }
    }
    return undefined
  }

  function isFree(x: Float64Array): boolean {
    return isAllowed(x) && !ledger.isUsed(x) && (!niche || niche.holds(x))
  }

  function build(pendingCount: number): Model {
    const finished = activeSet(ledger.finished, ledger.arrived)
    const failed = ledger.failed.slice(-ACTIVE_MAX).map((index) => ledger.xs[index]!)
    const values = warp(
      finished.map(({ value }) => value),
      isSteep(designValues(ledger.finished, ledger.sources)),
    )
    const process = createProcess({
      hyperparameters: fit(),
      form,
      known: finished.map(({ x }) => x),
      values,
      unknown: failed,
      room: pendingCount + Math.min(ROOM_MAX, options.concurrency + 8),
    })
    const order = Array.from(values.keys()).toSorted((a, b) => values[a]! - values[b]! || a - b)
    const best = order.slice(0, NEAR_BEST).map((i) => finished[i]!.x)
    const stream = createStream(seed, 'pool', ledger.resultCount)
    return {
      resultCount: ledger.resultCount,
      finished,
      values,
      process,
      pool: createPool({
        codec,
        process,
        best,
        isAllowed,
        stream,
        broad: finished.length > LARGE ? Math.min(settings.candidates, CANDIDATES_LARGE) : settings.candidates,
      }),
      region: trustRegion(codec, finished),
      penalty: failurePenalty(process, finished.length, failed.length),
      pending: [],
    }
  }

  /** Hyperparameters of a fixed prefix of the results, fitted anew at fixed numbers of them. */
  function fit(): Hyperparameters {
    const count = fitPoint(ledger.resultCount)
    if (fitted?.count === count) return fitted.hyperparameters
    const known = ledger.finishedAfter(count)
    const entries = activeSet(known, known, FIT_MAX)
    const points = new Float64Array(entries.length * d)
    entries.forEach(({ x }, row) => points.set(x, row * d))
    const sample = {
      points,
      values: warp(
        entries.map(({ value }) => value),
        isSteep(designValues(known, ledger.sources)),
      ),
      count: entries.length,
    }
    const hyperparameters =
      entries.length < FINISHED_MIN
        ? priorMean(d)
        : fitHyperparameters(sample, form, starts(), { tries: FIT_TRIES, evaluations: FIT_EVALUATIONS })
    fitted = { count, hyperparameters }
    return hyperparameters
  }

  function starts(): Hyperparameters[] {
    const middle = priorMean(d)
    const withLengths = (logLength: (prior: number) => number): Hyperparameters => ({
      ...middle,
      logLengths: middle.logLengths.map(logLength),
    })
    const asked = settings.length === null ? [] : [withLengths(() => Math.log(settings.length!))]
    return [middle, withLengths((prior) => prior - SHORT_START), ...asked]
  }

  function takePending({ process, pending: taken }: Model, pending: readonly number[]): void {
    for (const index of pending.slice(taken.length)) {
      process.addPending(ledger.xs[index]!)
      taken.push(index)
    }
  }

  function bestOf(at: Model, index: number): Float64Array | undefined {
    const { pool, region, process, penalty } = at
    const stream = createStream(seed, 'slot', index)
    const landscape: Landscape = { codec, process, penalty, acquisition: acquisitionFor(at, stream) }
    const isThere = niche ? niche.holds : elsewhere(codec, at.finished, at.values, stream)
    const widest = Math.sqrt(process.kernel.signal)
    const candidates = pool.xs.flatMap((x, i) => {
      if (ledger.hasKey(pool.keys[i]!) || (isThere && !isThere(x))) return []
      const outside = region?.outside(x) ?? 0
      const extra = outside > 0 ? OUTSIDE_PENALTY + outside : penalty(x)
      return [{ item: i, bound: score(landscape.acquisition, pool.mean(i), widest) + extra, extra }]
    })
    const order = best(
      candidates,
      settings.starts * SCREENED_PER_START,
      ({ item, extra }) => score(landscape.acquisition, pool.mean(item), pool.sd(item)) + extra,
    )
    let found: Scored | undefined
    const consider = (candidate: Scored): void => {
      if ((!found || candidate.value < found.value) && (!isThere || isThere(candidate.x)) && isFree(candidate.x))
        found = candidate
    }
    for (const { item, value } of distinct(order, pool.xs, settings.starts)) {
      const start = pool.xs[item]!
      consider({ x: start, value })
      consider(refine(landscape, start, region?.box(start) ?? wholeBox(d)))
    }
    return found?.x ?? pool.xs[order.find(({ item }) => isFree(pool.xs[item]!))?.item ?? -1]
  }

  function acquisitionFor({ process, finished, values }: Model, stream: Stream): Acquisition {
    const width = gauss(stream)
    const asked = settings.acquisition
    if (!asked) return { kind: 'bound', kappa: KAPPA_MIN + Math.abs(width) }
    if (asked.kind === 'ucb') return { kind: 'bound', kappa: asked.kappa }
    const isNoisy = process.kernel.noise > NOISY * process.kernel.signal
    const best = isNoisy ? Math.min(...finished.map(({ x }) => process.predict(x).mean)) : Math.min(...values)
    return { kind: asked.kind === 'ei' ? 'improvement' : 'probability', best, margin: asked.eps }
  }
}

const KAPPA_MIN = 0.3
/** Candidates that are ranked exactly for each local search. */
const SCREENED_PER_START = 8
/** Share of noise above which the best value seen is luck and the best mean is taken instead. */
const NOISY = 0.01
/** Further points of the sequence are looked at in other places than those of the next trials. */
const DESIGN_STRIDE = 4_096

/** Where trials have failed the model of failures, under the same covariances, speaks against a point. */
function failurePenalty(process: Process, finished: number, failed: number): Landscape['penalty'] {
  if (failed === 0) return () => 0
  const weights = process.weigh(Float64Array.from({ length: finished + failed }, (_, i) => Number(i >= finished)))
  return (x) => FAILURE_PENALTY * Math.min(1, Math.max(0, process.blend(weights, x)))
}

/** All trials, or where they are too many half the best and half the latest, in trial order. */
function activeSet(finished: readonly Entry[], arrived: readonly Entry[], max = ACTIVE_MAX): readonly Entry[] {
  if (finished.length <= max) return finished
  const half = max / 2
  const best = finished.toSorted((a, b) => a.value - b.value || a.index - b.index).slice(0, half)
  const kept = new Set(best)
  for (let i = arrived.length - 1; i >= 0 && kept.size < max; i -= 1) kept.add(arrived[i]!)
  return finished.filter((entry) => kept.has(entry))
}

/** The largest number of results, up to `count`, at which a fit is due: each time a twentieth has been added. */
function fitPoint(count: number): number {
  let at = 0
  for (let next = FINISHED_MIN; next <= count; next += Math.max(1, Math.floor(next / 20))) at = next
  return at
}

function initialCount(
  d: number,
  { concurrency, trialsMax }: Pick<ChooserOptions, 'concurrency' | 'trialsMax'>,
): number {
  const wanted = Math.max(concurrency, Math.min(2 * d, 3 * concurrency))
  return trialsMax === null ? wanted : Math.min(wanted, Math.max(FINISHED_MIN, Math.floor(trialsMax / 4)))
}

const APART = 0.02

interface Ranked {
  readonly item: number
  readonly value: number
}

/** The first few that do not lie close to one another. */
function distinct(order: readonly Ranked[], xs: readonly Float64Array[], count: number): Ranked[] {
  const out: Ranked[] = []
  for (const ranked of order) {
    if (out.length === count) break
    if (out.every((other) => xs[ranked.item]!.some((code, j) => Math.abs(code - xs[other.item]![j]!) > APART)))
      out.push(ranked)
  }
  return out
}

interface Bounded {
  readonly item: number
  /** What its value cannot fall below. */
  readonly bound: number
}

/** The `count` items of smallest value, best first; one whose bound is too high already is never evaluated. */
export function best<T extends Bounded>(items: readonly T[], count: number, evaluate: (item: T) => number): Ranked[] {
  const ranked: Ranked[] = []
  for (const item of items.toSorted((a, b) => a.bound - b.bound || a.item - b.item)) {
    if (ranked.length === count && item.bound > ranked.at(-1)!.value) break
    const value = evaluate(item)
    const place = ranked.findIndex((other) => value < other.value || (value === other.value && item.item < other.item))
    ranked.splice(place === -1 ? ranked.length : place, 0, { item: item.item, value })
    if (ranked.length > count) ranked.pop()
  }
  return ranked
}

function isPrefix(head: readonly number[], whole: readonly number[]): boolean {
  return head.length <= whole.length && head.every((value, i) => value === whole[i])
}
