import type { SweepPlan } from '../../contract/plan.ts'
import type { ValueMap } from '../../contract/values.ts'
import { createCodec } from '../search/codec.ts'
import { gauss } from '../search/design.ts'
import type { Result, Suggestion } from '../search/history.ts'
import { createMethod } from '../search/registry.ts'
import { createStream } from '../search/rng.ts'
import { goesOn } from '../search/rungs.ts'
import type { RungResult } from '../search/rungs.ts'
import { sinceImprovement } from '../search/stopping.ts'
import { toTask } from '../search/task.ts'
import { createBrackets, trialsOf } from './halving.ts'
import type { Reached } from './halving.ts'
import { RETRIES } from './trial.ts'

/** What trials would come to. */
export interface SimulatedObjective {
  /** Value after a share of the full resource, smaller is better; undefined for an attempt, counted from 0, that fails. */
  value(point: ValueMap, share: number, trial: number, attempt: number): number | undefined
  /** Seconds a trial takes with its full resource. */
  seconds(point: ValueMap, trial: number): number
}

export interface Simulation {
  readonly trials: number
  readonly failed: number
  /** Trials that were ended, or not promoted, before they had their full resource. */
  readonly cut: number
  readonly wallSeconds: number
  /** Of all trials together. */
  readonly machineSeconds: number
  /** The best finished value, smaller is better; undefined when every trial failed. */
  readonly best: number | undefined
}

/** A trial on its way from one amount of resource to another, both as shares of the whole. */
interface Job {
  readonly trial: number
  readonly rung: number
  readonly endsAt: number
  /** Attempts at this rung that failed before. */
  readonly attempt: number
}

/** Trials of a sweep without an end that are played. */
const ENDLESS_TRIALS = 200

/**
 * Plays a sweep from its plan without running anything: the same points, methods, brackets, rungs, retries and plateau, on a
 * clock of its own. Rules that compare trials step by step, conditions on a value and a warm start are not played: nobody
 * knows yet what trials will report.
 */
export function simulateSweep(plan: SweepPlan, seed: number, objective: SimulatedObjective): Simulation {
  const { name, halving } = plan.method
  const budget = trialsOf(plan, { seed, budget: plan.method.trialsMax }) ?? ENDLESS_TRIALS
  const method = createMethod(toTask(plan, { seed, trialsMax: budget }))
  const brackets = halving && createBrackets(name as 'hyperband' | 'asha', halving, budget)
  const trials: Suggestion[] = []
  const results: Result[] = []
  const reached: Reached[] = []
  const jobs: Job[] = []
  const waiting = new Set<number>()
  const counts = { failed: 0, cut: 0 }
  let [now, machineSeconds, isExhausted] = [0, 0, false]
  let best: number | undefined

  const shareAt = (trial: number, rung: number): number =>
    halving ? brackets!.ladderOf(trial).resources[rung]! / halving.max : 1
  const start = (trial: number, rung: number, attempt = 0): void => {
    const from = rung === 0 || (halving!.form === 'promotion' && !halving!.resumes) ? 0 : shareAt(trial, rung - 1)
    const seconds = objective.seconds(trials[trial]!.point, trial) * (shareAt(trial, rung) - from)
    machineSeconds += seconds
    jobs.push({ trial, rung, endsAt: now + seconds, attempt })
    jobs.sort((a, b) => a.endsAt - b.endsAt || a.trial - b.trial)
  }
  const startNext = (): boolean => {
    const alive = new Set([...waiting, ...jobs.map(({ trial }) => trial)])
    const [due] =
      halving?.form === 'promotion'
        ? brackets!.promotions(
            { reached, created: trials.length, isComplete: isExhausted || trials.length >= budget, waiting, alive },
            1,
          )
        : []
    if (due) {
      waiting.delete(due.index)
      start(due.index, due.rung)
      return true
    }
    if (isExhausted || trials.length >= budget) return false
    const given = plan.firstPoints[trials.length]
    const [made] = given ? [{ point: given, source: 'given' } as const] : method.suggest({ trials, results }, 1)
    if (!made) isExhausted = true
    else start(trials.push(made) - 1, 0)
    return made !== undefined
  }
  const end = ({ trial, rung, attempt }: Job): void => {
    const value = objective.value(trials[trial]!.point, shareAt(trial, rung), trial, attempt)
    if (value === undefined && plan.failures === 'retry' && attempt < RETRIES) return start(trial, rung, attempt + 1)
    results.push({
      index: trial,
      value,
      ...(value === undefined && plan.failures === 'ignore' && { isIgnored: true as const }),
      ...(halving && { rung }),
    })
    reached.push({ index: trial, rung, value })
    if (value === undefined) counts.failed += 1
    else best = best === undefined ? value : Math.min(best, value)
    const isLast = !halving || rung === brackets!.ladderOf(trial).resources.length - 1
    if (value === undefined || isLast) return
    if (halving.form === 'promotion') waiting.add(trial)
    else if (goesOn(arrivedAt(reached, rung), trial, halving.eta)) start(trial, rung + 1)
    else counts.cut += 1
  }

  for (;;) {
    while (jobs.length < plan.concurrency && !hasLevelledOff(plan, results) && startNext());
    const job = jobs.shift()
    if (!job)
      return {
        trials: trials.length,
        failed: counts.failed,
        cut: counts.cut + waiting.size,
        wallSeconds: now,
        machineSeconds,
        best,
      }
    now = job.endsAt
    end(job)
    if (hasLevelledOff(plan, results)) jobs.length = 0
  }
}

function hasLevelledOff({ plateau }: SweepPlan, results: readonly Result[]): boolean {
  if (!plateau) return false
  const values = results.flatMap(({ value }) => value ?? [])
  return sinceImprovement(values, plateau.delta) >= plateau.trials
}

function arrivedAt(reached: readonly Reached[], rung: number): RungResult[] {
  return reached.flatMap((one) => (one.rung === rung ? [{ trial: one.index, value: one.value ?? NaN }] : []))
}

const SPREAD = 0.3
/** How far above its end a trial is when it has just begun. */
const EARLY = 0.5
const EARLY_POWER = 0.5

/**
 * A valley in the codes of a space, seeded: curved, with parameters of unequal weight, categories that matter, and learning
 * curves that cross now and then.
 */
export function syntheticObjective(
  plan: SweepPlan,
  seed: number,
  { secondsEach, failShare }: { secondsEach: number; failShare: number },
): SimulatedObjective {
  const codec = createCodec(plan.space)
  const stream = createStream(seed, 'synthetic', 0)
  const centres = codec.dimensions.map(() => 0.2 + 0.6 * stream.next())
  const weights = codec.dimensions.map((_, j) => 2 ** -j)
  const offsets = codec.dimensions.map(({ categories }) =>
    Array.from({ length: categories + 1 }, () => 0.3 * stream.next()),
  )
  return {
    seconds: (_point, trial) => secondsEach * Math.exp(SPREAD * gauss(createStream(seed, 'seconds', trial))),
    value: (point, share, trial, attempt) => {
      const chance = createStream(seed, `fails.${attempt}`, trial)
      if (chance.next() < failShare) return undefined
      const x = codec.encode(point)
      const distance = codec.dimensions.reduce((sum, { categories }, j) => {
        const shifted = x[j]! - centres[j]! - (j > 0 ? 0.3 * (x[j - 1]! - centres[j - 1]!) : 0)
        return sum + weights[j]! * (categories > 0 ? offsets[j]![x[j]!]! : shifted ** 2)
      }, 0)
      return distance + EARLY * chance.next() * (share ** -EARLY_POWER - 1) * 0.2
    },
  }
}

export interface RecordedTrial {
  readonly params: ValueMap
  /** Smaller is better; null for a trial that failed. */
  readonly value: number | null
  readonly seconds: number
}

/** What a recorded sweep came to, asked at its nearest trial. */
export function recordedObjective(plan: SweepPlan, recorded: readonly RecordedTrial[]): SimulatedObjective {
  const codec = createCodec(plan.space)
  const known = recorded.map((trial) => ({ ...trial, x: codec.encode(trial.params) }))
  const nearest = (point: ValueMap): (typeof known)[number] => {
    const x = codec.encode(point)
    const distance = (other: Float64Array): number =>
      codec.dimensions.reduce(
        (sum, { categories }, j) => sum + (categories > 0 ? Number(x[j] !== other[j]) : (x[j]! - other[j]!) ** 2),
        0,
      )
    return known.reduce((found, next) => (distance(next.x) < distance(found.x) ? next : found))
  }
  return { seconds: (point) => nearest(point).seconds, value: (point) => nearest(point).value ?? undefined }
}
