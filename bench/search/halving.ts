import { EventQueue } from './agenda.ts'
import { PortableRng } from './portable-rng.ts'
import { median } from './statistics.ts'
import { loadCurves } from './tables.ts'
import type { Table } from './tables.ts'

/** Training of one configuration from level `from`, where its checkpoint is, to level `to`. */
export interface CurveJob {
  readonly trial: number
  readonly params: Record<string, number | string>
  readonly from: number
  readonly to: number
}

/**
 * A search that spends a budget on learning curves. In the promotion form a job ends at a rung, and a later job may
 * continue it. In the stopping form a job goes to the last level, unless the answer to a report ends it early.
 */
export interface CurvePolicy {
  /** Returns the next job for a free worker; undefined if the worker has to wait for a report. */
  takeJob(now: number): CurveJob | undefined
  /**
   * Receives the value at every level that a job reaches. Returns whether the job continues; it always ends at level
   * `to`.
   */
  report(trial: number, level: number, value: number): boolean
}

/**
 * [time, regret] of each new best. A regret of 1 is that of the median configuration, 0 that of the best cell of the
 * table.
 */
export type CurveLog = readonly (readonly [number, number])[]

/** Options of `simulateCurves`. */
export interface CurveOptions {
  readonly workers?: number
  readonly horizon?: number
  /** Levels at which the best value of a running job is recorded; it is also recorded when the job ends. */
  readonly countsAt?: readonly number[]
}

/** Name of the table with learning curves. */
export const CURVE_TABLE = 'mlp_digits'
/** Levels at which jobs are compared. */
export const CURVE_RUNGS: readonly number[] = [1, 3, 9, 27]
const CURVE_LEVEL_MAX = 27
/** Reduction factor: about one in three trials of a rung is promoted. */
export const CURVE_ETA = 3
/** Duration of a simulation. One level of a configuration of average speed takes one unit of time. */
const CURVE_HORIZON = 270
const WORKERS = 10
/** Standard deviation of the logarithm of a configuration's speed. */
const SPEED_SPREAD = 0.3

/** Returns the random number generator of a seed, for the speeds and for built-in policies. */
export function curveRng(seed: number): PortableRng {
  return new PortableRng(`mf/${CURVE_TABLE}/${seed}`)
}

/** Runs a policy on simulated workers until the horizon. Returns each new best and the number of trials. */
export function simulateCurves(
  policy: CurvePolicy,
  rng: PortableRng,
  options: CurveOptions = {},
): { log: CurveLog; trials: number } {
  const { workers = WORKERS, horizon = CURVE_HORIZON, countsAt = CURVE_RUNGS } = options
  const workshop = new WorkerPool(rng, workers)
  const log: [number, number][] = []

  for (let now = 0; ;) {
    if (now < horizon) workshop.startJobs(policy, now)
    const reached = workshop.advance()
    if (!reached || reached.at > horizon) return { log, trials: workshop.trials.size }

    now = reached.at
    const { running, level, value } = reached

    const isContinued = policy.report(running.trial, level, value) && level < running.to
    if ((!isContinued || countsAt.includes(level)) && running.best < (log.at(-1)?.[1] ?? Infinity))
      log.push([now, running.best])

    if (isContinued) workshop.scheduleNextLevel(running, level)
    else workshop.free()
  }
}

/** Returns the time at which the regret was at most `threshold` for the first time; `horizon` if it never was. */
export function timeTo(log: CurveLog, threshold: number, horizon: number = CURVE_HORIZON): number {
  return log.find(([, regret]) => regret <= threshold)?.[0] ?? horizon
}

interface Running extends CurveJob {
  readonly config: number
  readonly speed: number
  readonly startedAt: number
  readonly order: number
  best: number
}

/** The workers and their running jobs. */
class WorkerPool {
  readonly trials = new Set<number>()
  #idle: number
  readonly #rng: PortableRng
  readonly #table = loadCurves(CURVE_TABLE)
  readonly #toRegret = regretIn(this.#table)
  readonly #speeds = new Map<number, number>()
  readonly #agenda = new EventQueue<{ readonly running: Running; readonly level: number }>()
  #jobs = 0

  constructor(rng: PortableRng, workers: number) {
    this.#rng = rng
    this.#idle = workers
  }

  /** Starts jobs of the policy on all idle workers. */
  startJobs(policy: CurvePolicy, now: number): void {
    while (this.#idle > 0) {
      const job = policy.takeJob(now)
      if (!job) return
      this.#start(job, now)
    }
  }

  free(): void {
    this.#idle++
  }

  #start(job: CurveJob, now: number): void {
    if (!(job.from < job.to && job.to <= CURVE_LEVEL_MAX))
      throw new Error(`no job goes from level ${job.from} to ${job.to}`)

    const config = this.#table.indexOf(job.params)
    const speed = this.#speeds.get(config) ?? Math.exp(SPEED_SPREAD * this.#rng.nextNormal())
    this.#speeds.set(config, speed)

    this.trials.add(job.trial)
    this.#idle--
    this.scheduleNextLevel({ ...job, config, speed, startedAt: now, order: this.#jobs++, best: Infinity }, job.from)
  }

  /** Schedules the next level of a running job. */
  scheduleNextLevel(running: Running, level: number): void {
    this.#agenda.add(
      running.startedAt + running.speed * (level + 1 - running.from),
      { running, level: level + 1 },
      running.order,
    )
  }

  /** Advances to the next level that a job reaches; undefined if no job runs. */
  advance(): { at: number; running: Running; level: number; value: number } | undefined {
    const event = this.#agenda.take()
    if (!event) return undefined
    const { running, level } = event.item
    const value = this.#table.value(running.config, level)
    running.best = Math.min(running.best, this.#toRegret(value))
    return { at: event.at, running, level, value }
  }
}

const scales = new WeakMap<Table, (value: number) => number>()

/** Returns the function that turns a value of a table into a regret. The function is cached per table. */
function regretIn(table: Table): (value: number) => number {
  const found = scales.get(table)
  if (found) return found

  const configs = Array.from({ length: table.configCount }, (_, config) => config)
  const levels = Array.from({ length: table.levels }, (_, level) => level + 1)
  const lowest = Math.min(...configs.map((config) => Math.min(...levels.map((level) => table.value(config, level)))))
  const middle = median(configs.map((config) => table.value(config, table.levels)))

  const toRegret = (value: number): number => (value - lowest) / (middle - lowest)
  scales.set(table, toRegret)
  return toRegret
}
