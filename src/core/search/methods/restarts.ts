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
 * A valley can count as exhausted once `trials` trials have values within `within` of the best, in warped values, whose
 * standard deviation is 1.
 */
const EXHAUSTED = { trials: 20, within: 0.02 }
/**
 * Share of the suggestions that come from a restart once a valley is exhausted, in a space without (`numbers`) and with
 * `categories`. With categories it is lower, because the main model already suggests other categories.
 */
const SHARE = { numbers: 1, categories: 0.7 }
/**
 * Number of trials of a restart, divided by (dimensions + 1): about as many as a search needs to reach the bottom of a
 * valley.
 */
const TRIALS_PER_DIMENSION = 8
/** Number of trials in the initial design of a restart, per dimension. */
const DESIGN_PER_DIMENSION = 2
/**
 * Share of the restarts, in a space with categories, whose points must have another category than the best trial in one
 * drawn parameter. Points of the other restarts must be far from the best trial in a numeric parameter, or have any
 * other category.
 */
const CATEGORY_SHARE = 0.5
/**
 * Range of the distance that points of a restart keep from the best trial in some numeric parameter, in codes. The
 * distance is drawn for each restart, since valleys are wide or narrow.
 */
const DISTANCE = { least: 0.2, most: 0.5 }

/**
 * Creates the chooser of a Gaussian process search that restarts once it has exhausted a valley. A model of all trials
 * then predicts that valley precisely and suggests no points in others. A restart is a search with its own initial
 * design and only its own trials as data, whose points keep away from the best trial. After a fixed number of trials
 * the next restart begins; a trial that is better than the best ends the restarts. Eriksson et al., "Scalable global
 * optimization via local Bayesian optimization" (2019), restarts without memory.
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

  /** Returns `isExhausted`, which is computed once for each number of results. */
  function isExhaustedNow(): boolean {
    if (exhaustedCache.results !== encoded.resultCount)
      exhaustedCache = { results: encoded.resultCount, isExhausted: isExhausted(encoded) }
    return exhaustedCache.isExhausted
  }

  /**
   * Returns the chooser of the current restart. Which restart that is depends only on the history: the restart trials
   * after the best trial form groups of fixed size, one per restart.
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

  /** Creates a restart whose points keep away from the best trial. */
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
 * Whether the search has reached the bottom of a valley: there has been no improvement for long, and many trials are
 * about as good as the best. The second condition excludes that the best value is only luck.
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
 * Returns a test whether a point may belong to a restart. Either it must have another category than the best trial in
 * one drawn parameter, or it must be far from the best trial in some numeric parameter or have any other category.
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
