import { createCodec } from '../codec.ts'
import type { Codec } from '../codec.ts'
import { createConstraintCheck } from '../constraints.ts'
import { randomPoint, deriveSeed, sobolPoint } from '../methods/design.ts'
import type { History } from '../history.ts'
import type { KernelForm } from '../gaussian-process/kernel.ts'
import { createEncodedHistory } from '../encoded-history.ts'
import type { EncodedTrial } from '../encoded-history.ts'
import { fitHyperparameters, priorMean } from '../gaussian-process/likelihood.ts'
import type { SearchTask } from '../methods/method.ts'
import { logImprovement } from '../numerics/normal.ts'
import { createProcess } from '../gaussian-process/gaussian-process.ts'
import type { Process } from '../gaussian-process/gaussian-process.ts'
import { createStream, permute } from '../numerics/rng.ts'
import { median } from '../halving/stopping.ts'
import { standardise } from '../gaussian-process/warp.ts'

/**
 * Importance of a parameter: its `share` (0 to 1) of the variation of the metric, as the mean over models of random
 * subsets of the trials. `sd` is the standard deviation of the share over these models.
 */
export interface Importance {
  readonly name: string
  readonly share: number
  readonly sd: number
}

/** A bound of a parameter's range at which the best trials lie. */
export interface Border {
  readonly name: string
  readonly side: 'low' | 'high'
}

/**
 * Conclusions from the trials of a sweep. Smaller values are better, as in `Result`. `best` is the best finished trial
 * of the sweep; null if there is none.
 */
export interface SweepInsights {
  readonly best: { readonly index: number; readonly value: number } | null
  /** Largest expected improvement that one more trial can bring, in units of the metric; null with too few trials. */
  readonly expectedImprovement: number | null
  /** Importance of each parameter, most important first; empty with too few trials. */
  readonly importance: readonly Importance[]
  /** Bounds that it may pay to widen: those at which the best trials lie, for important parameters. */
  readonly borders: readonly Border[]
}

/** Smallest number of finished trials for a model. */
const TRIALS_MIN = 8
/** Largest number of trials to which a model is fitted. */
const TRIALS_MAX = 200
/** Number of random subsets of the trials, and the share of the trials in each. */
const RESAMPLES = 8
const RESAMPLE_SHARE = 0.8
const FIT = { tries: 8, evaluations: 30 }

/** Computes insights from a history with a Gaussian process of its own, whatever method the sweep uses. */
export function computeInsights(
  task: Pick<SearchTask, 'space' | 'constraints' | 'seed' | 'earlier'>,
  history: History,
): SweepInsights {
  const codec = createCodec(task.space)
  const encoded = createEncodedHistory(codec, task.earlier)
  encoded.read(history)

  const own = encoded.finished.filter(({ index }) => index >= 0)
  const best = own.reduce<EncodedTrial | undefined>(
    (found, entry) => (found && found.value <= entry.value ? found : entry),
    undefined,
  )
  if (!best) return { best: null, expectedImprovement: null, importance: [], borders: [] }

  const entries = latestAndBest(encoded.finished)
  const cutAt = outlierCut(encoded.finished)
  const hasEnoughTrials = entries.length >= TRIALS_MIN && codec.dimensions.length > 0
  const importance = !hasEnoughTrials ? [] : importanceOf(codec, entries, { seed: task.seed, most: cutAt })
  return {
    best: { index: best.index, value: best.value },
    expectedImprovement: !hasEnoughTrials ? null : maxExpectedImprovement(codec, entries, { ...task, most: cutAt }),
    importance,
    borders: bordersOf(codec, bestTrials(own), importance),
  }
}

/**
 * Returns all finished trials if there are at most `TRIALS_MAX`, otherwise the best and the latest, half of that number
 * each. In trial order.
 */
function latestAndBest(finished: readonly EncodedTrial[]): readonly EncodedTrial[] {
  if (finished.length <= TRIALS_MAX) return finished
  const best = finished.toSorted((a, b) => a.value - b.value || a.index - b.index).slice(0, TRIALS_MAX / 2)
  const kept = new Set([...best, ...finished.slice(-TRIALS_MAX / 2)])
  return finished.filter((entry) => kept.has(entry))
}

function fitProcess(codec: Codec, entries: readonly EncodedTrial[], values: Float64Array): Process {
  const d = codec.dimensions.length
  const form: KernelForm = { isCategory: codec.dimensions.map(({ categories }) => categories > 0), shape: 'matern52' }
  const points = new Float64Array(entries.length * d)
  entries.forEach(({ x }, row) => points.set(x, row * d))

  const hyperparameters = fitHyperparameters({ points, values, count: entries.length }, form, [priorMean(d)], FIT)
  return createProcess({ hyperparameters, form, known: entries.map(({ x }) => x), values, unknown: [], room: 0 })
}

/** Values are limited to the median of the first trials plus this many times its distance to the best value. */
const WINSOR = 3

/** Number of the first trials whose median is used. */
const FIRST = 10

/**
 * Returns the limit to which larger values are reduced. It depends on the first trials: late in a search most trials
 * lie near the best, and the limit would be too low for the others.
 */
function outlierCut(finished: readonly EncodedTrial[]): number {
  const best = finished.reduce((least, { value }) => Math.min(least, value), Infinity)
  const middle = median(finished.slice(0, FIRST).map(({ value }) => value))
  return middle > best ? middle + WINSOR * (middle - best) : Infinity
}

/**
 * Returns the importance of all parameters, most important first: their shares in the total effects, averaged over
 * models of random subsets. A parameter with a single value has importance 0.
 */
function importanceOf(
  codec: Codec,
  entries: readonly EncodedTrial[],
  { seed, most }: { seed: number; most: number },
): Importance[] {
  const shares = Array.from({ length: RESAMPLES }, (_, round) => {
    const part = resample(entries, seed, round)
    const values = standardise(Float64Array.from(part, ({ value }) => Math.min(value, most)))
    return totalEffects(codec, fitProcess(codec, part, values), deriveSeed(seed, `importance.${round}`))
  })

  const varied = new Map(codec.dimensions.map(({ name }, j) => [name, shares.map((share) => share[j]!)]))

  return codec.parameters
    .map(({ name }) => {
      const shares = varied.get(name) ?? [0]
      const share = shares.reduce((sum, value) => sum + value, 0) / shares.length

      return {
        name,
        share,
        sd: Math.sqrt(shares.reduce((sum, value) => sum + (value - share) ** 2, 0) / shares.length),
      }
    })
    .toSorted((a, b) => b.share - a.share)
}

/**
 * Draws a subset of the trials without replacement, because a repeated point would make the covariance matrix singular.
 */
function resample(entries: readonly EncodedTrial[], seed: number, round: number): EncodedTrial[] {
  const count = Math.max(TRIALS_MIN, Math.floor(RESAMPLE_SHARE * entries.length))
  const key = createStream(seed, 'beliefs', round).nextWord()
  return Array.from(
    { length: Math.min(count, entries.length) },
    (_, i) => entries[Number(permute(BigInt(i), BigInt(entries.length), key))]!,
  )
}

const EFFECT_POINTS = 256

/**
 * Returns the share of each dimension in the sum of the total effects on the predicted mean. The total effect of a
 * parameter is half the mean square of the change of the mean when only this parameter is drawn again. Jansen,
 * "Analysis of variance designs for model output" (1999).
 */
function totalEffects(codec: Codec, process: Process, seed: number): number[] {
  const d = codec.dimensions.length
  const effects = codec.dimensions.map(() => 0)
  for (let i = 0; i < EFFECT_POINTS; i += 1) {
    const a = sobolPoint(codec, i, seed)
    const b = randomPoint(codec, createStream(seed, 'effect', i))
    const at = process.mean(a)
    for (let j = 0; j < d; j += 1) {
      const moved = a.slice()
      moved[j] = b[j]!
      effects[j]! += (at - process.mean(codec.normalise(moved))) ** 2
    }
  }

  const total = effects.reduce((sum, effect) => sum + effect, 0)
  return effects.map((effect) => (total > 0 ? effect / total : 1 / d))
}

const IMPROVEMENT_POINTS = 1_000

/**
 * Returns the largest expected improvement over the lowest predicted mean, in units of the metric. Values above `most`
 * are reduced to it, and no other transform is applied, because the result would be in other units.
 */
function maxExpectedImprovement(
  codec: Codec,
  entries: readonly EncodedTrial[],
  { constraints, seed, most }: Pick<SearchTask, 'constraints' | 'seed'> & { readonly most: number },
): number {
  const cut = Float64Array.from(entries, ({ value }) => Math.min(value, most))
  const scale = spreadOf(cut)
  if (!(scale > 0)) return 0

  const process = fitProcess(codec, entries, standardise(cut))
  const holds = createConstraintCheck(constraints)
  const target = Math.min(...entries.map(({ x }) => process.mean(x)))
  const sobolSeed = deriveSeed(seed, 'improvement')

  let gain = 0
  for (let i = 0; i < IMPROVEMENT_POINTS; i += 1) {
    const x = sobolPoint(codec, i, sobolSeed)
    if (constraints.length > 0 && !holds(codec.decode(x))) continue
    const { mean, sd } = process.predict(x)
    gain = Math.max(gain, sd * Math.exp(logImprovement((target - mean) / sd)))
  }

  return gain * scale
}

/** Returns the population standard deviation. */
function spreadOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

/** Distance from a bound, in codes, up to which the value of a continuous parameter counts as lying at the bound. */
const EDGE = 0.02
/** Smallest number of values of a parameter for which its bounds are checked. */
const CELLS_MIN = 3
/**
 * Importance below which the bounds of a parameter are not checked, because its best values may lie anywhere by chance.
 */
const SHARE_MIN = 0.05

/** Number of best trials that are checked: `LEADERS_SHARE` of the finished trials, but at least `LEADERS_MIN`. */
const LEADERS_MIN = 3
const LEADERS_SHARE = 0.1
/**
 * Smallest share of the best trials at a bound for which the bound is reported. The values of a parameter without
 * influence are spread over its range.
 */
const AT_EDGE_SHARE = 0.6

/** Returns the best trials that are checked, best first. */
function bestTrials(finished: readonly EncodedTrial[]): readonly EncodedTrial[] {
  return finished
    .toSorted((a, b) => a.value - b.value || a.index - b.index)
    .slice(0, Math.max(LEADERS_MIN, Math.ceil(LEADERS_SHARE * finished.length)))
}

/** Returns the bounds at which the best trial and most of the `best` trials lie, for important ordered parameters. */
function bordersOf(codec: Codec, best: readonly EncodedTrial[], importance: readonly Importance[]): Border[] {
  return importance.flatMap(({ name, share }): Border[] => {
    const j = codec.dimensions.findIndex((dimension) => dimension.name === name)
    const { categories, cells } = codec.dimensions[j] ?? { categories: 0, cells: 1 }
    if (share < SHARE_MIN || categories > 0 || cells < CELLS_MIN || !codec.isActive(best[0]!.x, j)) return []

    const edge = Math.max(EDGE, Number.isFinite(cells) ? 0.5 / cells + 1e-9 : 0)
    const sides = best.map(({ x }) =>
      !codec.isActive(x, j) ? 'none' : x[j]! <= edge ? 'low' : x[j]! >= 1 - edge ? 'high' : 'none',
    )

    const [side] = sides
    const isShared = sides.filter((one) => one === side).length >= AT_EDGE_SHARE * best.length
    return side !== 'none' && side !== undefined && isShared ? [{ name, side }] : []
  })
}
