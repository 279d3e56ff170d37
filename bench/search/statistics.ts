import { REGRET_FLOOR } from './protocol.ts'

/** Regrets after some number of trials, by problem and seed. */
export type Regrets = Readonly<Record<string, Readonly<Record<string, number>>>>

/** A geometric mean of ratios of regrets, with its confidence interval. */
export interface Ratio {
  readonly ratio: number
  /** Lower end of the 95 % bootstrap confidence interval of `ratio`; `high` is the upper end. */
  readonly low: number
  readonly high: number
  /** Number of compared pairs of searches. The two searches of a pair have the same problem and seed. */
  readonly pairs: number
}

/** Geometric means of the regrets of two searches on one problem. */
export interface Comparison {
  readonly problem: string
  readonly ours: number
  readonly theirs: number
  readonly isNotWorse: boolean
}

const RESAMPLES = 2_000
const TAIL = 0.025

/** Returns the geometric mean, over all problems, of the geometric mean of the problem's regrets over its seeds. */
export function primaryScore(regrets: Regrets): number {
  return Math.exp(mean(Object.values(regrets).map((seeds) => mean(Object.values(seeds).map(logOf)))))
}

/** Returns the geometric mean. A value below REGRET_FLOOR counts as REGRET_FLOOR. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(logOf)))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Returns the share of seeds whose regret is above `threshold`, from 0 to 1. */
export function stuckShare(seeds: Readonly<Record<string, number>>, threshold: number): number {
  const values = Object.values(seeds)
  return values.filter((value) => value > threshold).length / values.length
}

/**
 * Returns the geometric mean of the ratios of `ours` to `theirs` over the problems
 * and seeds that both have. Each problem has the same weight. Below 1, `ours` are
 * smaller. Returns undefined if no pair of problem and seed is in both.
 */
export function ratioOf(ours: Regrets, theirs: Regrets): Ratio | undefined {
  const differences = pairByProblem(ours, theirs).map(({ pairs }) =>
    pairs.map(([our, their]) => logOf(our) - logOf(their)),
  )
  if (differences.length === 0) return undefined

  const random = createRandom(RESAMPLES)
  const resampled = Float64Array.from({ length: RESAMPLES }, () =>
    mean(differences.map((values) => resampledMean(values, random))),
  ).sort()

  return {
    ratio: Math.exp(mean(differences.map(mean))),
    low: Math.exp(quantile(resampled, TAIL)),
    high: Math.exp(quantile(resampled, 1 - TAIL)),
    pairs: differences.reduce((count, values) => count + values.length, 0),
  }
}

/**
 * Compares, for each problem, the geometric means of `ours` and `theirs`
 * over the seeds that both have. Equal means count as not worse.
 */
export function compareProblems(ours: Regrets, theirs: Regrets): Comparison[] {
  return pairByProblem(ours, theirs).map(({ problem, pairs }) => {
    const our = geometricMean(pairs.map((pair) => pair[0]))
    const their = geometricMean(pairs.map((pair) => pair[1]))
    return { problem, ours: our, theirs: their, isNotWorse: our <= their }
  })
}

interface Shared {
  readonly problem: string
  readonly pairs: readonly (readonly [number, number])[]
}

/**
 * Pairs each regret of `ours` with that of `theirs` for the
 * same problem and seed. Problems without a pair are left out.
 */
function pairByProblem(ours: Regrets, theirs: Regrets): Shared[] {
  return Object.entries(ours)
    .map(([problem, seeds]) => ({
      problem,
      pairs: Object.entries(seeds).flatMap(([seed, our]) => pairOf(our, theirs[problem]?.[seed])),
    }))
    .filter(({ pairs }) => pairs.length > 0)
}

function pairOf(our: number, their: number | undefined): (readonly [number, number])[] {
  return their === undefined ? [] : [[our, their]]
}

/** Returns the mean of a bootstrap sample: as many values, drawn with replacement. */
function resampledMean(values: readonly number[], random: () => number): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)]!
  return sum / values.length
}

/** Returns a quantile of sorted values by linear interpolation. */
function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1)
  const below = Math.floor(place)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
}

/**
 * Returns a generator (mulberry32) of numbers in [0, 1). Its seed is fixed, so that the interval is the same each time.
 */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function logOf(regret: number): number {
  return Math.log(Math.max(regret, REGRET_FLOOR))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
