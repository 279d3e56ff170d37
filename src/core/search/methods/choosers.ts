import type { Codec } from '../codec.ts'
import { drawFrom, evolve, startEvolution } from './cmaes.ts'
import type { Evolution } from './cmaes.ts'
import { randomPoint, deriveSeed, sobolPoint } from './design.ts'
import type { Chooser, ChooserOptions } from '../gaussian-process/gaussian.ts'
import type { EncodedTrial, EncodedHistory } from '../encoded-history.ts'
import { createStream } from '../numerics/rng.ts'
import type { Stream } from '../numerics/rng.ts'
import { spaceSize } from '../space.ts'
import { countGood, suggestByDensity } from './tpe.ts'
import { createWalk, createScatteredOrder } from './walk.ts'

/** Creates the chooser of points of the scrambled Sobol sequence. */
export function createSobol({ codec, seed, ...options }: ChooserOptions): Chooser {
  const sequence = deriveSeed(seed, 'sobol')
  return {
    choose: (index) =>
      findUnusedPoint(options, 'sobol', (attempt) => sobolPoint(codec, index + attempt * SOBOL_STRIDE, sequence)),
  }
}

/**
 * Creates the chooser of independent random points from the distributions in the document. If `ATTEMPTS_MAX` draws give
 * no new point, a finite space is searched cell by cell; in a continuous space more draws are made.
 */
export function createDraws({ space, codec, seed, ...options }: ChooserOptions): Chooser {
  const points = spaceSize(space)
  const walk = createWalk(space, createScatteredOrder(points ?? 1n, seed), (point) => {
    const x = codec.normalise(codec.encode(point))
    if (!options.isAllowed(x)) return 'forbidden'
    return options.encoded.isUsed(x) ? 'duplicate' : { found: x }
  })

  return {
    choose: (index) => {
      const stream = createStream(seed, 'draw', index)
      const drawn = findUnusedPoint(
        options,
        'random',
        () => randomPoint(codec, stream),
        points === undefined ? LONG_ATTEMPTS_MAX : ATTEMPTS_MAX,
      )
      if (drawn || points === undefined) return drawn
      const x = walk()
      return x && { x, source: 'random' }
    },
  }
}

/** Number of points by which to advance in the Sobol sequence if a point is used already or not allowed. */
const SOBOL_STRIDE = 65_536
/**
 * Largest number of attempts to find a point. `LONG_ATTEMPTS_MAX` is for random draws in a space that cannot be
 * searched cell by cell.
 */
const ATTEMPTS_MAX = 1_000
const LONG_ATTEMPTS_MAX = 100_000

/**
 * Returns the first point that is allowed and unused, among those that `pointAt` returns for attempt 0, 1, 2 and so on;
 * undefined after `attempts` of them.
 */
function findUnusedPoint(
  { encoded, isAllowed }: Pick<ChooserOptions, 'encoded' | 'isAllowed'>,
  source: 'sobol' | 'random',
  pointAt: (attempt: number) => Float64Array,
  attempts = ATTEMPTS_MAX,
): ReturnType<Chooser['choose']> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const x = pointAt(attempt)
    if (isAllowed(x) && !encoded.isUsed(x)) return { x, source }
  }
  return undefined
}

/** Number of trials, and of finished trials, before the densities choose points. */
const DENSITY_INITIAL = 10

/**
 * Creates the chooser of a tree-structured Parzen estimator (TPE). Running and failed trials count as bad, so that
 * their surroundings are avoided.
 */
export function createDensity(options: ChooserOptions): Chooser {
  const { encoded, seed } = options
  const initial = createSobol(options)

  return {
    choose: (index) => {
      const trialCount = index + encoded.finished.filter((entry) => entry.index < 0).length
      if (encoded.finished.length < DENSITY_INITIAL || trialCount < DENSITY_INITIAL) return initial.choose(index)
      return chooseByDensity(
        options,
        byValue(encoded.finished),
        countGood(encoded.finished.length),
        createStream(seed, 'density', index),
      )
    },
  }
}

/**
 * Returns the most promising unused point of `suggestByDensity`. The first `good` of the `ranked` trials form the
 * density of good trials.
 */
function chooseByDensity(
  { codec, encoded, isAllowed }: ChooserOptions,
  ranked: readonly EncodedTrial[],
  good: number,
  stream: Stream,
): ReturnType<Chooser['choose']> {
  const avoided = [...encoded.failed, ...encoded.listPending()].map((trial) => encoded.xs[trial]!)
  const draws = suggestByDensity(codec, { ranked: ranked.map(({ x }) => x), avoided, good }, stream, isAllowed)

  const x = draws.find((draw) => !encoded.isUsed(draw))
  return x && { x, source: 'density' }
}

/**
 * Number of trials with a value before the densities choose points for a halving method. A few values at the lowest
 * rung suffice to avoid bad places.
 */
const RUNG_DENSITY_INITIAL = 10
/** Share of the trials with a value that counts as good, and its limits in trials. Falkner et al., "BOHB" (2018). */
const RUNG_DENSITY_GOOD_SHARE = 0.15
const RUNG_DENSITY_GOOD_MIN = 2
const RUNG_DENSITY_GOOD_MAX = 25
/**
 * Share of the suggestions that are random draws. A rung keeps only its best third. If the model chose all trials, a
 * rung would discard many of them that only start slowly; compared with random points, most of them are kept.
 */
const RUNG_DENSITY_DRAWN_SHARE = 0.5

/**
 * Creates the chooser for halving methods: half of the points are random, half come from densities that rank trials by
 * the rung they reached.
 */
export function createRungDensity(options: ChooserOptions): Chooser {
  const { encoded, seed } = options
  const draws = createDraws(options)
  return {
    choose: (index) => {
      const stream = createStream(seed, 'climbing', index)
      const byRung = encoded.listByRung()
      if (byRung.length < RUNG_DENSITY_INITIAL || stream.next() < RUNG_DENSITY_DRAWN_SHARE) return draws.choose(index)

      const good = Math.min(
        RUNG_DENSITY_GOOD_MAX,
        Math.max(RUNG_DENSITY_GOOD_MIN, Math.ceil(RUNG_DENSITY_GOOD_SHARE * byRung.length)),
      )
      return chooseByDensity(options, byRung, good, stream)
    },
  }
}

/** Sorts trials by value, best first. */
function byValue(entries: readonly EncodedTrial[]): EncodedTrial[] {
  return entries.toSorted((a, b) => a.value - b.value || a.index - b.index)
}

/** Share of the trials, best first, whose spread is the first step size of a warm start. */
const WARM_SHARE = 0.1
/** Smallest step size of a warm start. */
const WARM_SIGMA_MIN = 0.02

/**
 * Creates the chooser of CMA-ES over the ordered parameters. A generation consists of the next λ results in order of
 * arrival, whatever distribution their points were drawn from, so no suggestion waits for a slow trial. The influence
 * of a point that lies far from the present distribution is limited. Categories are drawn by their frequency among the
 * best quarter of the trials. With `warmStartCount`, the search starts from the first `warmStartCount` results.
 */
export function createEvolution(options: ChooserOptions & { readonly warmStartCount?: number }): Chooser {
  const { codec, encoded, seed } = options
  const ordered = codec.dimensions.flatMap(({ categories }, j) => (categories === 0 ? [j] : []))
  const fallback = createSobol(options)
  let state: { readonly evolution: Evolution; readonly taken: number } | undefined
  let replaced = 0
  const project = (x: Float64Array): Float64Array => Float64Array.from(ordered, (j) => x[j]!)

  return {
    choose: (index) => {
      if (ordered.length < 1 || encoded.finished.length < 2) return fallback.choose(index)
      if (encoded.replacedCount !== replaced) state = undefined
      replaced = encoded.replacedCount
      state = advance(state ?? startDistribution())
      const stream = createStream(seed, 'evolution', index)

      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
        const x = compose(state.evolution, stream)
        if (options.isAllowed(x) && !encoded.isUsed(x)) return { x, source: 'evolution' }
      }
      return undefined
    },
  }

  /**
   * Returns the first distribution, and the number of results used for it. Its centre is the middle of the space or,
   * for a warm start, the best of the first `warmStartCount` results; the spread of their best tenth is then the step
   * size.
   */
  function startDistribution(): { evolution: Evolution; taken: number } {
    if (options.warmStartCount === undefined)
      return { evolution: startEvolution(new Float64Array(ordered.length).fill(0.5)), taken: 0 }

    const prefix = encoded.arrived.slice(0, options.warmStartCount)
    const best = byValue(prefix)
      .slice(0, Math.max(2, Math.ceil(WARM_SHARE * prefix.length)))
      .map(({ x }) => project(x))

    const squares = best.map((x) => x.reduce((sum, code, k) => sum + (code - best[0]![k]!) ** 2, 0) / ordered.length)
    const sigma = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / best.length)
    return { evolution: startEvolution(best[0]!, Math.max(WARM_SIGMA_MIN, sigma)), taken: prefix.length }
  }

  /** Returns the distribution after all complete generations among the results that have arrived. */
  function advance(from: { evolution: Evolution; taken: number }): { evolution: Evolution; taken: number } {
    let { evolution, taken } = from
    for (;;) {
      const generation = encoded.arrived.slice(taken, taken + evolution.strategy.lambda)
      if (generation.length < evolution.strategy.lambda) return { evolution, taken }
      evolution = evolve(
        evolution,
        byValue(generation).map(({ x }) => project(x)),
      )
      taken += generation.length
    }
  }

  /** Draws a point: ordered parameters from the distribution, categories by frequency. */
  function compose(evolution: Evolution, stream: Stream): Float64Array {
    const drawn = drawFrom(evolution, stream)
    const x = new Float64Array(codec.dimensions.length)
    ordered.forEach((j, k) => (x[j] = drawn[k]!))
    codec.dimensions.forEach(({ categories }, j) => {
      if (categories > 0) x[j] = frequentCategory(codec, encoded, j, stream.next())
    })
    return codec.normalise(x)
  }
}

/** Draws a category with probability proportional to one plus its count among the best quarter of the trials. */
function frequentCategory({ dimensions }: Codec, encoded: EncodedHistory, j: number, u: number): number {
  const best = byValue(encoded.finished).slice(0, Math.max(4, Math.ceil(encoded.finished.length / 4)))
  const counts = Array.from(
    { length: dimensions[j]!.categories },
    (_, category) => 1 + best.filter(({ x }) => x[j] === category).length,
  )

  let rest = u * counts.reduce((sum, count) => sum + count, 0)
  return Math.max(
    0,
    counts.findIndex((count) => (rest -= count) < 0),
  )
}
