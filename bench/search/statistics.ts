import { REGRET_FLOOR } from './protocol.ts'

/** Problem, seed: the regret after some number of trials. */
export type Regrets = Readonly<Record<string, Readonly<Record<string, number>>>>

export interface Ratio {
  readonly ratio: number
  /** The ends of the 95 % interval. */
  readonly low: number
  readonly high: number
  /** On how many pairs of problem and seed it rests. */
  readonly pairs: number
}

export interface Comparison {
  readonly problem: string
  readonly ours: number
  readonly theirs: number
  readonly isNotWorse: boolean
}

const RESAMPLES = 2_000
const TAIL = 0.025

/** Geometric mean over seeds, then over problems. */
export function primaryScore(regrets: Regrets): number {
  return Math.exp(mean(Object.values(regrets).map((seeds) => mean(Object.values(seeds).map(logOf)))))
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(logOf)))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export function stuckShare(seeds: Readonly<Record<string, number>>, threshold: number): number {
  const values = Object.values(seeds)
  return values.filter((value) => value > threshold).length / values.length
}

/** Below 1 ours is the better, on the seeds that both have; nothing where there are none. */
export function ratioOf(ours: Regrets, theirs: Regrets): Ratio | undefined {
  const differences = shared(ours, theirs).map(({ pairs }) => pairs.map(([our, their]) => logOf(our) - logOf(their)))
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

/** Each problem's geometric means on the seeds that both have; equal is not worse. */
export function compareProblems(ours: Regrets, theirs: Regrets): Comparison[] {
  return shared(ours, theirs).map(({ problem, pairs }) => {
    const our = geometricMean(pairs.map((pair) => pair[0]))
    const their = geometricMean(pairs.map((pair) => pair[1]))
    return { problem, ours: our, theirs: their, isNotWorse: our <= their }
  })
}

interface Shared {
  readonly problem: string
  readonly pairs: readonly (readonly [number, number])[]
}

function shared(ours: Regrets, theirs: Regrets): Shared[] {
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

function resampledMean(values: readonly number[], random: () => number): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)]!
  return sum / values.length
}

function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1)
  const below = Math.floor(place)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
}

/** mulberry32: the interval is the same each time. */
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
