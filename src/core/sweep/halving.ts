import type { HalvingPlan, Rung, SweepPlan } from '../../contract/plan.ts'
import { selectBest, hyperbandBrackets, ashaResources, promotionsDue, selectPromoted } from '../search/halving/rungs.ts'
import type { Bracket, Promotion, RungResult } from '../search/halving/rungs.ts'
import { createMethod } from '../search/methods/registry.ts'
import { toTask } from '../search/task.ts'

/**
 * The value of a trial at a rung, negated where the metric is maximised, so that smaller is better. The value is
 * undefined for a trial that failed or has none.
 */
export interface Reached {
  readonly index: number
  readonly rung: number
  readonly value: number | undefined
}

/** The rungs of a trial. */
export interface Ladder {
  /** Amount of the resource at each rung, lowest first. */
  readonly resources: readonly number[]
}

/** The state of the trials of a halving sweep, by trial index. */
export interface HalvingState {
  readonly reached: readonly Reached[]
  /** Number of trials created so far. */
  readonly created: number
  /** Whether the sweep will create no further trial. */
  readonly isComplete: boolean
  /** Trials that are paused at a rung and can be promoted. */
  readonly waiting: ReadonlySet<number>
  /** Trials that have not ended, including the waiting ones. */
  readonly unfinished: ReadonlySet<number>
}

/** A trial to be promoted, and the index of its next rung. */
export interface DuePromotion {
  readonly index: number
  readonly rung: number
}

/**
 * The groups (brackets) that the trials of a halving sweep belong to, in the order of their indices. Hyperband has
 * several brackets; ASHA has one without a limit on its trials.
 */
export interface Brackets {
  /** Number of trials that the sweep makes; null where there is no limit. */
  readonly trials: number | null
  /** Returns the rungs of the trial with this index. */
  ladderOf(index: number): Ladder
  /** Returns at most `limit` promotions that can be made now, in the order in which to make them. */
  listPromotions(standing: HalvingState, limit: number): DuePromotion[]
}

/** Creates the brackets of a halving sweep. `budget` is its largest number of trials; null where there is no limit. */
export function createBrackets(name: 'hyperband' | 'asha', plan: HalvingPlan, budget: number | null): Brackets {
  return name === 'asha' ? createAshaBrackets(plan, budget) : createHyperbandBrackets(plan, budget)
}

function createAshaBrackets(plan: HalvingPlan, trials: number | null): Brackets {
  const resources = ashaResources(plan)
  return {
    trials,
    ladderOf: () => ({ resources }),
    listPromotions: (standing, limit) => {
      const { reached, waiting } = standing
      const highest = new Map<number, number>()
      for (const { index, rung } of reached) highest.set(index, Math.max(rung, highest.get(index) ?? 0))
      const isReady = (trial: number, rung: number): boolean => waiting.has(trial) && highest.get(trial) === rung

      const results = byRung(reached, resources.length)
      const due = promotionsDue(results, plan.eta, isReady)

      return (due.length > 0 ? due : promoteBestAlone(results, standing))
        .slice(0, limit)
        .map(({ trial, rung }) => ({ index: trial, rung }))
    },
  }
}

/**
 * Returns the promotion of the best trial alone, for a rung with too few trials for a regular promotion. Only once all
 * trials exist and none runs, so that the sweep ends with a trial that had the full resource.
 */
function promoteBestAlone(
  results: readonly RungResult[][],
  { isComplete, waiting, unfinished }: HalvingState,
): Promotion[] {
  if (!isComplete || selectBest(results.at(-1)!, 1).length > 0 || [...unfinished].some((index) => !waiting.has(index)))
    return []
  for (let rung = results.length - 2; rung >= 0; rung -= 1) {
    const above = new Set(results[rung + 1]!.map(({ trial }) => trial))
    const staying = results[rung]!.filter(({ trial }) => waiting.has(trial) && !above.has(trial))
    const [next] = selectBest(staying, 1)
    if (next !== undefined) return [{ trial: next, rung: rung + 1 }]
  }
  return []
}

/**
 * Creates the brackets of Hyperband, repeated until they contain `budget` trials; without a budget, each once. The last
 * bracket may stay incomplete.
 */
function createHyperbandBrackets(plan: HalvingPlan, budget: number | null): Brackets {
  const round = hyperbandBrackets(plan)
  const trials = budget ?? round.reduce((sum, bracket) => sum + bracket.trials, 0)

  const brackets: Bracket[] = []
  const starts: number[] = []
  for (let start = 0; start < trials; start += brackets.at(-1)!.trials) {
    starts.push(start)
    brackets.push(round[brackets.length % round.length]!)
  }

  const placeOf = (index: number): number => starts.findLastIndex((start) => start <= index)
  return {
    trials,
    ladderOf: (index) => brackets[placeOf(index)]!,
    listPromotions: (standing, limit) =>
      brackets.flatMap((bracket, i) => bracketPromotions(bracket, starts[i]!, plan.eta, standing)).slice(0, limit),
  }
}

/**
 * Returns the promotions of a bracket that can be made now. The best trials of a rung are promoted once each trial that
 * was to reach the rung has a result there or has ended.
 */
function bracketPromotions(
  { trials, resources }: Bracket,
  start: number,
  eta: number,
  { reached, created, isComplete, waiting, unfinished }: HalvingState,
): DuePromotion[] {
  const own = Math.min(trials, created - start)
  if (own < 1 || (own < trials && !isComplete)) return []

  const results = byRung(
    reached.filter(({ index }) => index >= start && index < start + own),
    resources.length,
  )

  let expected = Array.from({ length: own }, (_, offset) => start + offset)
  for (let rung = 0; rung < resources.length - 1; rung += 1) {
    const arrived = new Set(results[rung]!.map(({ trial }) => trial))
    if (expected.some((index) => !arrived.has(index) && unfinished.has(index))) return []
    const going = selectPromoted(results[rung]!, eta)
    const above = new Set(results[rung + 1]!.map(({ trial }) => trial))
    const due = going.filter((index) => !above.has(index) && waiting.has(index))
    if (due.length > 0) return due.map((index) => ({ index, rung: rung + 1 }))
    expected = going
  }

  return []
}

function byRung(reached: readonly Reached[], rungs: number): RungResult[][] {
  const results: RungResult[][] = Array.from({ length: rungs }, () => [])
  for (const { index, rung, value } of reached) results[rung]?.push({ trial: index, value: value ?? NaN })
  return results
}

/** Returns the rung `index` in the form in which the plan of a trial contains it. */
export function rungOf(
  { resources }: Ladder,
  index: number,
  { startsOver, firstAttempt }: Pick<Rung, 'startsOver' | 'firstAttempt'>,
): Rung {
  return { index, isLast: index === resources.length - 1, startsOver, firstAttempt }
}

/**
 * Returns the number of trials that a sweep makes in all, by its budget, its brackets and the points of its method;
 * null where none of them has a limit.
 */
export function countTrials(plan: SweepPlan, { seed, budget }: { seed: number; budget: number | null }): number | null {
  const { name, halving } = plan.method
  const brackets = halving ? createBrackets(name as 'hyperband' | 'asha', halving, budget).trials : null
  const limits = [brackets, budget, createMethod(toTask(plan, { seed, trialsMax: budget })).pointsMax].filter(
    (limit) => limit !== null,
  )
  return limits.length === 0 ? null : Math.min(...limits)
}
