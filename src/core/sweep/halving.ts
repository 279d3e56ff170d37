import type { HalvingPlan, Rung, SweepPlan } from '../../contract/plan.ts'
import { best, hyperbandBrackets, ladder, promotionsDue, survivors } from '../search/rungs.ts'
import type { Bracket, Promotion, RungResult } from '../search/rungs.ts'
import { createMethod } from '../search/registry.ts'
import { toTask } from '../search/task.ts'

/** A result at a rung, turned so that smaller is better; undefined for a trial that failed or had no value. */
export interface Reached {
  readonly index: number
  readonly rung: number
  readonly value: number | undefined
}

/** The rungs a trial of a sweep goes through. */
export interface Ladder {
  /** Amounts of resource, lowest first. */
  readonly resources: readonly number[]
}

/** Where the trials of a halving sweep stand. */
export interface Standing {
  readonly reached: readonly Reached[]
  /** Trials that exist. */
  readonly created: number
  /** No further one will come. */
  readonly isComplete: boolean
  /** Trials at a rung that could go on. */
  readonly waiting: ReadonlySet<number>
  /** Trials that have not ended, the waiting ones among them. */
  readonly alive: ReadonlySet<number>
}

export interface DuePromotion {
  readonly index: number
  readonly rung: number
}

/** How the trials of a halving sweep are grouped: Hyperband has brackets one after another, ASHA one without an end. */
export interface Brackets {
  /** Trials in all; null when there is no end. */
  readonly trials: number | null
  ladderOf(index: number): Ladder
  /** Promotions that are due, best first; at most `limit`. */
  promotions(standing: Standing, limit: number): DuePromotion[]
}

export function createBrackets(name: 'hyperband' | 'asha', plan: HalvingPlan, budget: number | null): Brackets {
  return name === 'asha' ? asha(plan, budget) : hyperband(plan, budget)
}

function asha(plan: HalvingPlan, trials: number | null): Brackets {
  const resources = ladder(plan)
  return {
    trials,
    ladderOf: () => ({ resources }),
    promotions: (standing, limit) => {
      const { reached, waiting } = standing
      const highest = new Map<number, number>()
      for (const { index, rung } of reached) highest.set(index, Math.max(rung, highest.get(index) ?? 0))
      const isReady = (trial: number, rung: number): boolean => waiting.has(trial) && highest.get(trial) === rung
      const results = byRung(reached, resources.length)
      const due = promotionsDue(results, plan.eta, isReady)
      return (due.length > 0 ? due : lastClimb(results, standing))
        .slice(0, limit)
        .map(({ trial, rung }) => ({ index: trial, rung }))
    },
  }
}

/** Where too few trials came for the upper rungs, the best of all goes on alone once nothing else happens: a sweep ends with a whole trial. */
function lastClimb(results: readonly RungResult[][], { isComplete, waiting, alive }: Standing): Promotion[] {
  if (!isComplete || best(results.at(-1)!, 1).length > 0 || [...alive].some((index) => !waiting.has(index))) return []
  for (let rung = results.length - 2; rung >= 0; rung -= 1) {
    const above = new Set(results[rung + 1]!.map(({ trial }) => trial))
    const staying = results[rung]!.filter(({ trial }) => waiting.has(trial) && !above.has(trial))
    const [next] = best(staying, 1)
    if (next !== undefined) return [{ trial: next, rung: rung + 1 }]
  }
  return []
}

/** All brackets once; with a budget that asks for more they begin anew. */
function hyperband(plan: HalvingPlan, budget: number | null): Brackets {
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
    promotions: (standing, limit) =>
      brackets.flatMap((bracket, i) => bracketPromotions(bracket, starts[i]!, plan.eta, standing)).slice(0, limit),
  }
}

/** All that go on from the highest full rung of a bracket. A trial that was ended on its way up is not waited for. */
function bracketPromotions(
  { trials, resources }: Bracket,
  start: number,
  eta: number,
  { reached, created, isComplete, waiting, alive }: Standing,
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
    if (expected.some((index) => !arrived.has(index) && alive.has(index))) return []
    const going = survivors(results[rung]!, eta)
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

/** What a trial is told of its rung. */
export function rungOf(
  { resources }: Ladder,
  index: number,
  { startsOver, firstAttempt }: Pick<Rung, 'startsOver' | 'firstAttempt'>,
): Rung {
  return { index, isLast: index === resources.length - 1, startsOver, firstAttempt }
}

/** Trials a sweep makes in all; null when there is no end. */
export function trialsOf(plan: SweepPlan, { seed, budget }: { seed: number; budget: number | null }): number | null {
  const { name, halving } = plan.method
  const brackets = halving ? createBrackets(name as 'hyperband' | 'asha', halving, budget).trials : null
  const limits = [brackets, budget, createMethod(toTask(plan, { seed, trialsMax: budget })).size].filter(
    (limit) => limit !== null,
  )
  return limits.length === 0 ? null : Math.min(...limits)
}
