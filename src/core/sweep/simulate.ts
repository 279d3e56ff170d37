import type { SweepPlan } from '../../contract/plan.ts'
import type { ValueMap } from '../../contract/values.ts'
import { createCodec } from '../search/codec.ts'
import { drawNormal } from '../search/methods/design.ts'
import type { Result, Suggestion } from '../search/history.ts'
import { createMethod } from '../search/methods/registry.ts'
import { createStream } from '../search/numerics/rng.ts'
import { continuesAtRung } from '../search/halving/rungs.ts'
import type { RungResult } from '../search/halving/rungs.ts'
import { countSinceImprovement } from '../search/halving/stopping.ts'
import { toTask } from '../search/task.ts'
import { createBrackets, countTrials } from './halving.ts'
import type { Reached } from './halving.ts'
import { RESTARTS_MIN } from './trial.ts'

/** Computes the values and running times of the trials of a simulated sweep. */
export interface SimulatedObjective {
  /**
   * Returns the value of a trial after a share (0 to 1) of the full resource, smaller is better; undefined where this
   * attempt (counted from 0) fails.
   */
  value(point: ValueMap, share: number, trial: number, attempt: number): number | undefined
  /** Returns the running time of a trial with the full resource, in seconds. */
  seconds(point: ValueMap, trial: number): number
}

/** The result of a simulated sweep. */
export interface Simulation {
  readonly trials: number
  readonly failed: number
  /** Number of trials that were stopped at a rung, or not promoted, before they had the full resource. */
  readonly cut: number
  /** Simulated time from the start to the end of the sweep, in seconds. */
  readonly wallSeconds: number
  /** Running time of all trials together, in seconds. */
  readonly machineSeconds: number
  /** Best value at any rung, smaller is better; undefined when every trial failed. */
  readonly best: number | undefined
}

/** A simulated attempt of a trial, which runs until the trial reaches a rung. */
interface Job {
  readonly trial: number
  readonly rung: number
  /** Simulated time at which the attempt ends, in seconds since the start of the sweep. */
  readonly endsAt: number
  /** Number of earlier attempts of the trial at this rung, all of which failed. */
  readonly attempt: number
}

/** Number of trials to simulate for a sweep without a limit. */
const TRIALS_WITHOUT_BUDGET = 200

/**
 * Simulates a sweep from its plan, without running commands, on a simulated clock. Points, brackets, rungs, retries and
 * the plateau are computed as in a real sweep. Stopping rules that compare trials step by step, stop conditions on a
 * value, and warm starts are left out.
 */
export function simulateSweep(plan: SweepPlan, seed: number, objective: SimulatedObjective): Simulation {
  const { name, halving } = plan.method
  const budget = countTrials(plan, { seed, budget: plan.method.trialsMax }) ?? TRIALS_WITHOUT_BUDGET
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
        ? brackets!.listPromotions(
            {
              reached,
              created: trials.length,
              isComplete: isExhausted || trials.length >= budget,
              waiting,
              unfinished: alive,
            },
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
    if (value === undefined && plan.failures === 'retry' && attempt < RESTARTS_MIN)
      return start(trial, rung, attempt + 1)

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
    else if (continuesAtRung(arrivedAt(reached, rung), trial, halving.eta)) start(trial, rung + 1)
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
  return countSinceImprovement(values, plateau.delta) >= plateau.trials
}

/** Returns the results at a rung so far, in order of arrival. */
function arrivedAt(reached: readonly Reached[], rung: number): RungResult[] {
  return reached.flatMap((one) => (one.rung === rung ? [{ trial: one.index, value: one.value ?? NaN }] : []))
}

/** Standard deviation of the logarithm of running times. */
const SECONDS_LOG_SD = 0.3
/** Scale of the amount that is added to a value that was reached with less than the full resource. */
const EARLY_EXCESS = 0.5
/** That amount falls with this power of the share of the resource. */
const EARLY_POWER = 0.5

/**
 * Returns an artificial objective that depends only on the plan's space, the seed and the last argument: a curved
 * valley in codes, with parameters of unequal weight, categories that matter, and learning curves that sometimes cross.
 * `secondsEach` is the typical running time of a trial, `failShare` the probability that an attempt fails.
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
    seconds: (_point, trial) =>
      secondsEach * Math.exp(SECONDS_LOG_SD * drawNormal(createStream(seed, 'seconds', trial))),
    value: (point, share, trial, attempt) => {
      const chance = createStream(seed, `fails.${attempt}`, trial)
      if (chance.next() < failShare) return undefined
      const x = codec.encode(point)
      const distance = codec.dimensions.reduce((sum, { categories }, j) => {
        const shifted = x[j]! - centres[j]! - (j > 0 ? 0.3 * (x[j - 1]! - centres[j - 1]!) : 0)
        return sum + weights[j]! * (categories > 0 ? offsets[j]![x[j]!]! : shifted ** 2)
      }, 0)
      return distance + EARLY_EXCESS * chance.next() * (share ** -EARLY_POWER - 1) * 0.2
    },
  }
}

/** A trial of a recorded sweep. */
export interface RecordedTrial {
  readonly params: ValueMap
  /** Value of the trial, smaller is better; null for a trial that failed. */
  readonly value: number | null
  readonly seconds: number
}

/** Returns an objective that gives each point the value and the running time of the recorded trial nearest to it. */
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
