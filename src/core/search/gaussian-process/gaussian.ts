import type { SearchSpace } from '../../../contract/search-space.ts'
import { score } from './acquisition.ts'
import type { Acquisition } from './acquisition.ts'
import type { Codec } from '../codec.ts'
import { centrePoint, drawNormal, deriveSeed, sobolPoint } from '../methods/design.ts'
import type { Suggestion } from '../history.ts'
import type { KernelForm, Hyperparameters, Shape } from './kernel.ts'
import { designValues } from '../encoded-history.ts'
import type { EncodedTrial, EncodedHistory, TrialData } from '../encoded-history.ts'
import { fitHyperparameters, priorMean } from './likelihood.ts'
import { createPool } from './pool.ts'
import type { Pool } from './pool.ts'
import { createProcess } from './gaussian-process.ts'
import type { Process } from './gaussian-process.ts'
import { refine } from './refine.ts'
import type { Landscape, Scored } from './refine.ts'
import { createAwayFilter, createTrustRegion, wholeBox } from './region.ts'
import type { TrustRegion } from './region.ts'
import { createStream } from '../numerics/rng.ts'
import type { Stream } from '../numerics/rng.ts'
import { isSteep, warp } from './warp.ts'

/** Settings of a Gaussian process search that a document can set. */
export interface GaussianSettings {
  /**
   * Number of trials in the initial design, before the model chooses points; null: computed from the number of
   * dimensions, the concurrency and the budget.
   */
  readonly initial: number | null
  /** The acquisition function; null: a lower confidence bound whose width is drawn at random for each trial. */
  readonly acquisition: { readonly kind: 'ucb' | 'ei' | 'poi'; readonly kappa: number; readonly eps: number } | null
  readonly shape: Shape
  /**
   * Length scale, as a share of the range of a parameter, from which the fit of the hyperparameters starts once more;
   * null: no such start.
   */
  readonly length: number | null
  /** Number of candidates that cover the space evenly and are scored before the best of them are refined. */
  readonly candidates: number
  /** Number of local searches, each from one of the best candidates. */
  readonly starts: number
}

/** Settings used where the document has none. */
export const GAUSSIAN_DEFAULTS: GaussianSettings = {
  initial: null,
  acquisition: null,
  shape: 'matern52',
  length: null,
  candidates: 500,
  starts: 4,
}

/** Chooses points for new trials in one certain way. */
export interface Chooser {
  /**
   * Returns the codes of an allowed point that no trial has, for the trial `index`; undefined if none is found. Depends
   * on what the encoded history contains at the time of the call.
   */
  choose(index: number): { x: Float64Array; source: Suggestion['source'] } | undefined
}

/** Inputs shared by all choosers. */
export interface ChooserOptions {
  readonly space: SearchSpace
  readonly codec: Codec
  readonly encoded: EncodedHistory
  readonly seed: number
  readonly concurrency: number
  readonly trialsMax: number | null
  /** Whether the point with these codes meets the constraints. */
  readonly isAllowed: (x: Float64Array) => boolean
}

/** Restricts a search to a part of the space. */
export interface SubspaceLimit {
  /** Whether the part of the space contains this point. Other points are not suggested. */
  readonly contains: (x: Float64Array) => boolean
  /** Number of trials in the initial design of the restricted search. */
  readonly initial: number
  /** Returns the number of trials that the restricted search has suggested so far. */
  readonly countTrials: () => number
}

/** Largest number of finished trials in a process. The time for a suggestion grows with the square of their number. */
const ACTIVE_MAX = 300
/** Smallest number of finished trials for a model. */
const FINISHED_MIN = 3
/**
 * With more than `LARGE` finished trials, at most `CANDIDATES_LARGE` evenly spread candidates are scored: each takes
 * more time, and the model locates the optimum better.
 */
const LARGE = 150
const CANDIDATES_LARGE = 250
/** Largest number of trials to which hyperparameters are fitted. */
const FIT_MAX = 150
/** Largest number of evaluations of the likelihood with which the best start of a fit is continued. */
const FIT_EVALUATIONS = 40
/** Number of evaluations of the likelihood from each start of a fit. Only the best start is continued. */
const FIT_TRIES = 8
/**
 * The length scales of the second start of a fit are shorter than the mean of the prior by this much, in natural
 * logarithms. From the long lengths of the prior alone, fits miss functions with short length scales.
 */
const SHORT_START = 1.5
/**
 * Largest number of places that a new process keeps for trials that begin to run later. When they are used up, a new
 * process is built.
 */
const ROOM_MAX = 64
/** Number of best trials near which candidates are drawn. */
const NEAR_BEST = 5
/** Amount added to the score of a point outside the trust region. */
const OUTSIDE_PENALTY = 1e4
/** Largest amount added to the score of a point where trials are expected to fail. */
const FAILURE_PENALTY = 3

/** Data shared by all suggestions that are made from the same results. */
interface Model {
  readonly resultCount: number
  readonly finished: readonly EncodedTrial[]
  readonly values: Float64Array
  readonly process: Process
  readonly pool: Pool
  readonly region: TrustRegion | undefined
  readonly penalty: (x: Float64Array) => number
  /** Indices of the running trials that have been added to the process. */
  readonly pending: number[]
}

/**
 * Creates the chooser of Bayesian optimisation with a Gaussian process. After the initial design, each suggestion
 * minimises an acquisition function, by default a lower confidence bound of random width. The mean depends on finished
 * trials only, the standard deviation on running trials too, so that concurrent trials differ. `subspace` restricts the
 * search to a part of the space. docs/search.md describes the parts.
 */
export function createGaussian(
  options: Omit<ChooserOptions, 'encoded'> & { readonly encoded: TrialData },
  settings: GaussianSettings = GAUSSIAN_DEFAULTS,
  subspace?: SubspaceLimit,
): Chooser {
  const { codec, encoded, seed, isAllowed } = options
  const d = codec.dimensions.length
  const form: KernelForm = {
    isCategory: codec.dimensions.map(({ categories }) => categories > 0),
    shape: settings.shape,
  }
  const initial = subspace?.initial ?? settings.initial ?? initialCount(d, options)
  const designSeed = deriveSeed(seed, 'design')
  let model: Model | undefined
  let fitted: { readonly count: number; readonly hyperparameters: Hyperparameters } | undefined

  return {
    choose: (index) => {
      const made = subspace
        ? subspace.countTrials()
        : index + encoded.finished.filter((entry) => entry.index < 0).length
      if (made < initial || encoded.finished.length < FINISHED_MIN) return design(index)

      const pending = encoded.listPending()
      if (!model || !canReuse(model, pending)) model = build(pending.length)
      addPendingTrials(model, pending)

      const x = bestOf(model, index)
      return x && { x, source: 'gaussian' }
    },
  }

  /**
   * Whether a model can be used again: there is no new result, no trial has been removed from `pending`, and the
   * process has room for the added ones.
   */
  function canReuse(at: Model, pending: readonly number[]): boolean {
    const added = pending.length - at.pending.length
    return (
      at.resultCount === encoded.resultCount &&
      isPrefix(at.pending, pending) &&
      at.process.count + added <= at.process.capacity
    )
  }

  /**
   * Chooses a point of the initial design: the centre of the space for trial 0, then points of a scrambled Sobol
   * sequence.
   */
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
    return isAllowed(x) && !encoded.isUsed(x) && (!subspace || subspace.contains(x))
  }

  function build(pendingCount: number): Model {
    const finished = activeSet(encoded.finished, encoded.arrived)
    const failed = encoded.failed.slice(-ACTIVE_MAX).map((index) => encoded.xs[index]!)
    const values = warp(
      finished.map(({ value }) => value),
      isSteep(designValues(encoded.finished, encoded.sources)),
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
    const stream = createStream(seed, 'pool', encoded.resultCount)
    return {
      resultCount: encoded.resultCount,
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
      region: createTrustRegion(codec, finished),
      penalty: failurePenalty(process, finished.length, failed.length),
      pending: [],
    }
  }

  /**
   * Returns hyperparameters fitted to the first `fitPoint(resultCount)` results. Since that number depends only on the
   * number of results, a new instance computes the same fit.
   */
  function fit(): Hyperparameters {
    const count = fitPoint(encoded.resultCount)
    if (fitted?.count === count) return fitted.hyperparameters

    const known = encoded.listFinishedByResult(count)
    const entries = activeSet(known, known, FIT_MAX)
    const points = new Float64Array(entries.length * d)
    entries.forEach(({ x }, row) => points.set(x, row * d))
    const sample = {
      points,
      values: warp(
        entries.map(({ value }) => value),
        isSteep(designValues(known, encoded.sources)),
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

  /**
   * Returns the starts of a fit: the mean of the prior, the same with shorter lengths, and the same with the length
   * from the document, if that sets one.
   */
  function starts(): Hyperparameters[] {
    const middle = priorMean(d)
    const withLengths = (logLength: (prior: number) => number): Hyperparameters => ({
      ...middle,
      logLengths: middle.logLengths.map(logLength),
    })

    const configured = settings.length === null ? [] : [withLengths(() => Math.log(settings.length!))]
    return [middle, withLengths((prior) => prior - SHORT_START), ...configured]
  }

  /** Adds those running trials to the process that it does not contain yet. */
  function addPendingTrials({ process, pending: taken }: Model, pending: readonly number[]): void {
    for (const index of pending.slice(taken.length)) {
      process.addPending(encoded.xs[index]!)
      taken.push(index)
    }
  }

  /**
   * Returns the point for a trial: ranks the candidates, refines the best of them by local search, and returns the best
   * unused point among both; undefined if all are used.
   */
  function bestOf(at: Model, index: number): Float64Array | undefined {
    const { pool, region, process, penalty } = at
    const stream = createStream(seed, 'slot', index)
    const landscape: Landscape = { codec, process, penalty, acquisition: acquisitionFor(at, stream) }
    const isInSubspace = subspace ? subspace.contains : createAwayFilter(codec, at.finished, at.values, stream)
    const sdMax = Math.sqrt(process.kernel.signal)

    const candidates = pool.xs.flatMap((x, i) => {
      if (encoded.hasKey(pool.keys[i]!) || (isInSubspace && !isInSubspace(x))) return []
      const outside = region?.distanceTo(x) ?? 0
      const extra = outside > 0 ? OUTSIDE_PENALTY + outside : penalty(x)
      return [{ item: i, bound: score(landscape.acquisition, pool.getMean(i), sdMax) + extra, extra }]
    })

    const order = smallestByBound(
      candidates,
      settings.starts * SCREENED_PER_START,
      ({ item, extra }) => score(landscape.acquisition, pool.getMean(item), pool.getSd(item)) + extra,
    )

    let found: Scored | undefined
    const consider = (candidate: Scored): void => {
      if (
        (!found || candidate.value < found.value) &&
        (!isInSubspace || isInSubspace(candidate.x)) &&
        isFree(candidate.x)
      )
        found = candidate
    }

    for (const { item, value } of pickApart(order, pool.xs, settings.starts)) {
      const start = pool.xs[item]!
      consider({ x: start, value })
      consider(refine(landscape, start, region?.boxAround(start) ?? wholeBox(d)))
    }

    return found?.x ?? pool.xs[order.find(({ item }) => isFree(pool.xs[item]!))?.item ?? -1]
  }

  /**
   * Returns the acquisition function of one trial. Always draws one number from `stream`, so that later draws do not
   * depend on the settings.
   */
  function acquisitionFor({ process, finished, values }: Model, stream: Stream): Acquisition {
    const width = drawNormal(stream)
    const configured = settings.acquisition
    if (!configured) return { kind: 'bound', kappa: KAPPA_MIN + Math.abs(width) }
    if (configured.kind === 'ucb') return { kind: 'bound', kappa: configured.kappa }

    const isNoisy = process.kernel.noise > NOISY * process.kernel.signal
    const best = isNoisy ? Math.min(...finished.map(({ x }) => process.predict(x).mean)) : Math.min(...values)
    return {
      kind: configured.kind === 'ei' ? 'improvement' : 'probability',
      best,
      margin: configured.eps,
    }
  }
}

/** Smallest width of the default confidence bound, in standard deviations. */
const KAPPA_MIN = 0.3
/** Number of candidates whose exact score is computed, for each local search that follows. */
const SCREENED_PER_START = 8
/**
 * Ratio of noise variance to signal variance above which the lowest predicted mean, instead of the lowest observed
 * value, counts as the best value.
 */
const NOISY = 0.01
/**
 * Number of points by which the design advances in the Sobol sequence if a point is not free, so that it does not use
 * the point of a following trial.
 */
const DESIGN_STRIDE = 4_096

/**
 * Returns the penalty for points where trials are expected to fail: the prediction, with the same covariances, from the
 * values 1 (failed trials) and 0 (finished trials), times `FAILURE_PENALTY`.
 */
function failurePenalty(process: Process, finished: number, failed: number): Landscape['penalty'] {
  if (failed === 0) return () => 0
  const weights = process.solveWeights(
    Float64Array.from({ length: finished + failed }, (_, i) => Number(i >= finished)),
  )
  return (x) => FAILURE_PENALTY * Math.min(1, Math.max(0, process.predictWith(weights, x)))
}

/**
 * Returns all finished trials if there are at most `max`, otherwise the best half of `max` and, to fill it up, the
 * latest. In trial order.
 */
function activeSet(
  finished: readonly EncodedTrial[],
  arrived: readonly EncodedTrial[],
  max = ACTIVE_MAX,
): readonly EncodedTrial[] {
  if (finished.length <= max) return finished
  const half = max / 2
  const best = finished.toSorted((a, b) => a.value - b.value || a.index - b.index).slice(0, half)
  const kept = new Set(best)
  for (let i = arrived.length - 1; i >= 0 && kept.size < max; i -= 1) kept.add(arrived[i]!)
  return finished.filter((entry) => kept.has(entry))
}

/**
 * Returns the number of results, at most `count`, with which the latest fit was due. A fit is due each time the number
 * has grown by a twentieth.
 */
function fitPoint(count: number): number {
  let at = 0
  for (let next = FINISHED_MIN; next <= count; next += Math.max(1, Math.floor(next / 20))) at = next
  return at
}

/**
 * Returns the number of trials in the initial design. A budget limits it to a quarter of the trials, but not below
 * `FINISHED_MIN`.
 */
function initialCount(
  d: number,
  { concurrency, trialsMax }: Pick<ChooserOptions, 'concurrency' | 'trialsMax'>,
): number {
  const wanted = Math.max(concurrency, Math.min(2 * d, 3 * concurrency))
  return trialsMax === null ? wanted : Math.min(wanted, Math.max(FINISHED_MIN, Math.floor(trialsMax / 4)))
}

/** Smallest difference between the starts of two local searches, in at least one code. */
const APART = 0.02

interface Ranked {
  readonly item: number
  readonly value: number
}

/**
 * Returns the first `count` candidates of `order`, without those that are within `APART` of an earlier one in all
 * codes.
 */
function pickApart(order: readonly Ranked[], xs: readonly Float64Array[], count: number): Ranked[] {
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
  /** Lower bound of the value. */
  readonly bound: number
}

/**
 * Returns the `count` items of smallest value, best first. Evaluates items in the order of their lower bounds, and
 * stops when the next bound exceeds the largest value found so far.
 */
export function smallestByBound<T extends Bounded>(
  items: readonly T[],
  count: number,
  evaluate: (item: T) => number,
): Ranked[] {
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
