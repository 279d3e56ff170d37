import type { Codec } from './codec.ts'
import { seedFor } from './design.ts'
import { createGaussian } from './gaussian.ts'
import type { Chooser, ChooserOptions, GaussianSettings } from './gaussian.ts'
import { designValues, membersOnly } from './ledger.ts'
import type { Entry, Sample } from './ledger.ts'
import { fineDimensions, GAIN_MIN, PATIENCE } from './region.ts'
import { createStream } from './rng.ts'
import { sinceImprovement } from './stopping.ts'
import { isSteep, warp } from './warp.ts'

/** A valley counts as exhausted once this many trials lie within this many standard deviations of the best. */
const SETTLED = { trials: 20, within: 0.02 }
/**
 * Share of suggestions that come from a restart once a valley is exhausted. With categories it is lower, because the
 * main model already suggests other categories.
 */
const SHARE = { numbers: 1, categories: 0.7 }
/** Trials of one restart per dimension (plus one): about as many as a search needs to reach the bottom of a valley. */
const TRIALS_PER_DIMENSION = 8
/** Trials in the initial design of a restart, per dimension. */
const DESIGN_PER_DIMENSION = 2
/**
 * Share of the restarts, in a space with categories, that must change a category. The others must lie at another place.
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
  const { codec, ledger, seed } = options
  const d = codec.dimensions.length
  const share = codec.dimensions.some(({ categories }) => categories > 1) ? SHARE.categories : SHARE.numbers
  const whole = createGaussian(options, settings)
  let looked = { results: -1, isSettled: false }
  let current: { readonly key: string; readonly members: Set<number>; readonly chooser: Chooser } | undefined

  return {
    choose: (index) => {
      if (!isSettled() || createStream(seed, 'restart', index).next() >= share) return whole.choose(index)
      const found = currentRestart().choose(index)
      return found ? { x: found.x, source: 'restart' } : whole.choose(index)
    },
  }

  /** Caches `isSearchedOut` for the current number of results. */
  function isSettled(): boolean {
    if (looked.results !== ledger.resultCount)
      looked = { results: ledger.resultCount, isSettled: isSearchedOut(ledger) }
    return looked.isSettled
  }

  /**
   * Returns the current restart. It follows from the history alone: the restart trials since the best trial, in groups
   * of fixed size.
   */
  function currentRestart(): Chooser {
    const best = ledger.finished.reduce((found, next) => (next.value < found.value ? next : found))
    const made = ledger.sources.flatMap((source, index) => (source === 'restart' && index > best.index ? [index] : []))
    const number = Math.floor(made.length / (TRIALS_PER_DIMENSION * (d + 1)))
    const key = `${best.index}.${number}`

    if (current?.key !== key) current = begin(key, best)
    for (const index of made.slice(number * TRIALS_PER_DIMENSION * (d + 1))) current.members.add(index)
    return current.chooser
  }

  /** Creates a restart that keeps away from the best trial. */
  function begin(key: string, best: Entry): NonNullable<typeof current> {
    const members = new Set<number>()
    const chooser = createGaussian(
      { ...options, ledger: membersOnly(ledger, members), seed: seedFor(seed, `restart.${key}`) },
      settings,
      {
        holds: awayFrom(codec, best.x, createStream(seed, `restart.kind.${key}`, 0)),
        initial: DESIGN_PER_DIMENSION * d,
        made: () => members.size,
      },
    )
    return { key, members, chooser }
  }
}

/**
 * Whether the search has reached the bottom of a valley: no improvement for long, and many trials about as good as the
 * best. The second condition rules out a lucky best value.
 */
function isSearchedOut(ledger: Sample): boolean {
  if (ledger.finished.length < PATIENCE) return false
  const warped = warp(
    ledger.finished.map(({ value }) => value),
    isSteep(designValues(ledger.finished, ledger.sources)),
  )
  if (sinceImprovement(Array.from(warped), GAIN_MIN) < PATIENCE) return false

  const bound = Math.min(...warped) + SETTLED.within
  return warped.filter((value) => value <= bound).length >= SETTLED.trials
}

/** Returns the region of a restart: a change of one category, or a distance from the best trial. */
function awayFrom(
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
