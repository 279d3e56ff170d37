import type { Codec } from '../codec.ts'
import { deriveSeed } from './design.ts'
import { createGaussian } from '../gaussian-process/gaussian.ts'
import type { Chooser, ChooserOptions, GaussianSettings } from '../gaussian-process/gaussian.ts'
import { designValues, restrictToMembers } from '../encoded-history.ts'
import type { EncodedTrial, TrialData } from '../encoded-history.ts'
import { fineDimensions, GAIN_MIN, STALLED_TRIALS } from '../gaussian-process/region.ts'
import { createStream } from '../numerics/rng.ts'
import { countSinceImprovement } from '../halving/stopping.ts'
import { isSteep, warp } from '../gaussian-process/warp.ts'

/**
 * A valley can count as exhausted once this many trials lie within this distance of the best, in warped values, whose
 * standard deviation is 1.
 */
const EXHAUSTED = { trials: 20, within: 0.02 }
/**
 * Share of suggestions that come from a restart once a valley is exhausted. With categories it is lower, because the
 * main model already suggests other categories.
 */
const SHARE = { numbers: 1, categories: 0.7 }
/**
 * A restart has this many trials times (dimensions + 1): about as many as a search needs to reach a valley's bottom.
 */
const TRIALS_PER_DIMENSION = 8
/** Trials in the initial design of a restart, per dimension. */
const DESIGN_PER_DIMENSION = 2
/**
 * Share of the restarts, in a space with categories, that must change one drawn categorical parameter. The others must
 * lie far away in a numeric parameter, or change any category.
 */
const CATEGORY_SHARE = 0.5
/**
 * Distance of a restart from the best trial along some parameter, in codes. Drawn for each restart, since valleys are
 * wide or narrow.
 */
const DISTANCE = { least: 0.2, most: 0.5 }

/**
 * A Gaussian process search that restarts once it has exhausted a valley. A model of all trials is then certain of that
 * valley and has no reason to explore others. A restart is a search with its own design and only its own trials as
 * data, which keeps away from the best trial. After a fixed number of trials the next restart begins; a trial better
 * than the best ends them all. Restarts without memory: Eriksson et al., "Scalable global optimization via local
 * Bayesian optimization" (2019).
 */
export function createRestarting(options: ChooserOptions, settings: GaussianSettings): Chooser {
  const { codec, encoded, seed } = options
  const d = codec.dimensions.length
  const share = codec.dimensions.some(({ categories }) => categories > 1) ? SHARE.categories : SHARE.numbers
  const mainSearch = createGaussian(options, settings)
  let exhaustedCache = { results: -1, isExhausted: false }
  let current: { readonly key: string; readonly members: Set<number>; readonly chooser: Chooser } | undefined

  return {
    choose: (index) => {
      if (!isExhaustedNow() || createStream(seed, 'restart', index).next() >= share) return mainSearch.choose(index)
      const found = currentRestart().choose(index)
      return found ? { x: found.x, source: 'restart' } : mainSearch.choose(index)
    },
  }

  /** Caches `isExhausted` for the current number of results. */
  function isExhaustedNow(): boolean {
    if (exhaustedCache.results !== encoded.resultCount)
      exhaustedCache = { results: encoded.resultCount, isExhausted: isExhausted(encoded) }
    return exhaustedCache.isExhausted
  }

  /**
   * Returns the current restart. It follows from the history alone: the restart trials since the best trial, in groups
   * of fixed size.
   */
  function currentRestart(): Chooser {
    const best = encoded.finished.reduce((found, next) => (next.value < found.value ? next : found))
    const made = encoded.sources.flatMap((source, index) => (source === 'restart' && index > best.index ? [index] : []))
    const number = Math.floor(made.length / (TRIALS_PER_DIMENSION * (d + 1)))
    const key = `${best.index}.${number}`

    if (current?.key !== key) current = createRestart(key, best)
    for (const index of made.slice(number * TRIALS_PER_DIMENSION * (d + 1))) current.members.add(index)
    return current.chooser
  }

  /** Creates a restart that keeps away from the best trial. */
  function createRestart(key: string, best: EncodedTrial): NonNullable<typeof current> {
    const members = new Set<number>()
    const chooser = createGaussian(
      { ...options, encoded: restrictToMembers(encoded, members), seed: deriveSeed(seed, `restart.${key}`) },
      settings,
      {
        contains: createAwayRegion(codec, best.x, createStream(seed, `restart.kind.${key}`, 0)),
        initial: DESIGN_PER_DIMENSION * d,
        countTrials: () => members.size,
      },
    )
    return { key, members, chooser }
  }
}

/**
 * Whether the search has reached the bottom of a valley: no improvement for long, and many trials about as good as the
 * best. The second condition rules out a lucky best value.
 */
function isExhausted(encoded: TrialData): boolean {
  if (encoded.finished.length < STALLED_TRIALS) return false
  const warped = warp(
    encoded.finished.map(({ value }) => value),
    isSteep(designValues(encoded.finished, encoded.sources)),
  )
  if (countSinceImprovement(Array.from(warped), GAIN_MIN) < STALLED_TRIALS) return false

  const bound = Math.min(...warped) + EXHAUSTED.within
  return warped.filter((value) => value <= bound).length >= EXHAUSTED.trials
}

/**
 * Returns the region of a restart: either one drawn category differs from the best trial, or some numeric parameter
 * lies far from it or any category differs.
 */
function createAwayRegion(
  codec: Codec,
  best: Float64Array,
  stream: ReturnType<typeof createStream>,
): (x: Float64Array) => boolean {
  const [kind, pick, width] = [stream.next(), stream.next(), stream.next()]
  const categorical = codec.dimensions.flatMap(({ categories }, j) =>
    categories > 1 && codec.isActive(best, j) ? [j] : [],
  )
  const fine = fineDimensions(codec).filter((j) => codec.isActive(best, j))

  if (categorical.length > 0 && (fine.length === 0 || kind < CATEGORY_SHARE)) {
    const category = categorical[Math.floor(pick * categorical.length)]!
    return (x) => x[category] !== best[category]
  }

  const distance = DISTANCE.least + (DISTANCE.most - DISTANCE.least) * width
  return (x) => fine.some((j) => Math.abs(x[j]! - best[j]!) > distance) || categorical.some((j) => x[j] !== best[j])
}
