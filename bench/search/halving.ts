import { EventQueue } from './agenda.ts'
import { PortableRng } from './portable-rng.ts'
import { median } from './statistics.ts'
import { loadCurves } from './tables.ts'
import type { Table } from './tables.ts'

/**
 * The training of one configuration from level `from`, at which it has a
 * checkpoint (0: from scratch), to level `to`. A level is a number of epochs.
 */
export interface CurveJob {
  readonly trial: number
  readonly params: Record<string, number | string>
  readonly from: number
  readonly to: number
}

/**
 * A search on learning curves: it decides which configuration trains how far. In the
 * promotion form a job ends at a rung, and a later job may train the trial further. In
 * the stopping form a job goes to the last level, unless `report` returns false before.
 */
export interface CurvePolicy {
  /**
   * Returns the next job for a free worker; undefined if there is
   * no job before the next report. `now` is the simulated time.
   */
  takeJob(now: number): CurveJob | undefined
  /**
   * Receives the value of a trial, at every level that its job reaches. Returns whether the job continues. At level
   * `to` the job ends in any case.
   */
  report(trial: number, level: number, value: number): boolean
}

/**
 * The new lowest regrets in order of time, as [time, regret]. The regret 0 is that of the lowest value in the table, 1
 * that of the median of all configurations at the last level.
 */
export type CurveLog = readonly (readonly [number, number])[]

/** Options of `simulateCurves`. */
export interface CurveOptions {
  /** Number of simulated workers; 10 by default. */
  readonly workers?: number
  /** Time at which the simulation ends; 270 by default. */
  readonly horizon?: number
  /**
   * Levels at which the lowest regret of a running job is logged;
   * by default CURVE_RUNGS. It is also logged when the job ends.
   */
  readonly countsAt?: readonly number[]
}

/** Name of the table with learning curves. */
export const CURVE_TABLE = 'mlp_digits'
/** Levels of the rungs, at which trials are compared. */
export const CURVE_RUNGS: readonly number[] = [1, 3, 9, 27]
const CURVE_LEVEL_MAX = 27
/** Reduction factor of ASHA: about one in three trials of a rung is promoted to the next. */
export const CURVE_ETA = 3
/** Time at which a simulation ends. A configuration of average speed trains one level per unit of time. */
const CURVE_HORIZON = 270
const WORKERS = 10
/** Standard deviation of the logarithm of the time that a configuration takes per level. */
const SPEED_SPREAD = 0.3

/** Returns the random number generator of a seed, for the time that each configuration takes per level. */
export function curveRng(seed: number): PortableRng {
  return new PortableRng(`mf/${CURVE_TABLE}/${seed}`)
}

/**
 * Runs a policy on simulated workers until the horizon. Returns the log of new lowest regrets and the number of trials.
 */
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

/** Returns the time at which the regret was at most `threshold` for the first time; `horizon` if there was none. */
export function timeTo(log: CurveLog, threshold: number, horizon: number = CURVE_HORIZON): number {
  return log.find(([, regret]) => regret <= threshold)?.[0] ?? horizon
}

interface Running extends CurveJob {
  readonly config: number
  /** Time per level. */
  readonly speed: number
  readonly startedAt: number
  readonly order: number
  best: number
}

/** The simulated workers and their running jobs. */
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

  /** Starts jobs on idle workers until no worker is idle or the policy has no job. */
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

  /** Schedules the event at which a running job, now at `level`, reaches the next level. */
  scheduleNextLevel(running: Running, level: number): void {
    this.#agenda.add(
      running.startedAt + running.speed * (level + 1 - running.from),
      { running, level: level + 1 },
      running.order,
    )
  }

  /** Removes the earliest event, at which a job reaches its next level, and returns it; undefined if no job runs. */
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

/**
 * Returns the function that turns a value of a table into a regret as in `CurveLog`. The function is cached per table.
 */
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
