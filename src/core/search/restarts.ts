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

/** A valley counts as searched out once so many trials lie within so many standard deviations of the best. */
const SETTLED = { trials: 20, within: 0.02 }
/** Of the suggestions then. With categories the model looks at other ones itself, and that goes on. */
const SHARE = { numbers: 1, categories: 0.7 }
/** Trials of one restart, and those of its design, by dimension: as many as a search needs to come down one valley. */
const TRIALS_PER_DIMENSION = 8
const DESIGN_PER_DIMENSION = 2
/** Of the restarts in a space with categories so many keep to other values of one of them, the rest to other places. */
const CATEGORY_SHARE = 0.5
/** How far a restart stays from the best trial along some parameter: drawn anew for each, since valleys are wide or narrow. */
const DISTANCE = { least: 0.2, most: 0.5 }

/**
 * A Gaussian process search that begins again where it has come to an end. Once a valley is searched out, a model of all
 * trials is sure of it and has no reason to look at others: so a search with a design of its own, which knows its own
 * trials alone, keeps away from the best one. After so many trials the next begins; a better trial ends them all. Restarts
 * that forget: Eriksson et al., "Scalable global optimization via local Bayesian optimization" (2019).
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

  function isSettled(): boolean {
    if (looked.results !== ledger.resultCount)
      looked = { results: ledger.resultCount, isSettled: isSearchedOut(ledger) }
    return looked.isSettled
  }

  /** Which restart a trial belongs to follows from the record: those since the best trial, so many each. */
  function currentRestart(): Chooser {
    const best = ledger.finished.reduce((found, next) => (next.value < found.value ? next : found))
    const made = ledger.sources.flatMap((source, index) => (source === 'restart' && index > best.index ? [index] : []))
    const number = Math.floor(made.length / (TRIALS_PER_DIMENSION * (d + 1)))
    const key = `${best.index}.${number}`
    if (current?.key !== key) current = begin(key, best)
    for (const index of made.slice(number * TRIALS_PER_DIMENSION * (d + 1))) current.members.add(index)
    return current.chooser
  }

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

/** Whether nothing has become better for long, and many trials are as good as the best: not luck, but the bottom. */
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
