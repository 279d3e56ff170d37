import { Agenda } from './agenda.ts'
import { PortableRng } from './portable-rng.ts'
import { median } from './statistics.ts'
import { curves } from './tables.ts'
import type { Table } from './tables.ts'

/** Trains one configuration from one level, where its checkpoint is, to a higher one. */
export interface CurveJob {
  readonly trial: number
  readonly params: Record<string, number | string>
  readonly from: number
  readonly to: number
}

/**
 * An engine that spends a budget on learning curves. In the promotion form its jobs end at rungs, and a later job goes on from
 * there; in the stopping form its jobs go to the end, and the answer to a report ends them early.
 */
export interface CurvePolicy {
  /** What a free worker does now; nothing when it shall wait for a report. */
  next(now: number): CurveJob | undefined
  /** At every level that a job reaches: whether it goes on. The last level of a job ends it anyhow. */
  report(trial: number, level: number, value: number): boolean
}

/** Each new best: [time, regret]. The unit of the regret is the distance of the median configuration from the best cell. */
export type CurveLog = readonly (readonly [number, number])[]

export interface CurveOptions {
  readonly workers?: number
  readonly horizon?: number
  /** The levels at which a running job's best counts, the rungs as in the baseline; it counts as well when the job ends. */
  readonly countsAt?: readonly number[]
}

export const CURVE_TABLE = 'mlp_digits'
export const CURVE_RUNGS: readonly number[] = [1, 3, 9, 27]
const CURVE_LEVEL_MAX = 27
export const CURVE_ETA = 3
/** A level of an average configuration takes one unit of time. */
const CURVE_HORIZON = 270
const WORKERS = 10
const SPEED_SPREAD = 0.3

/** The random numbers of a seed: the speeds come from here, and what a built-in policy draws. */
export function curveRng(seed: number): PortableRng {
  return new PortableRng(`mf/${CURVE_TABLE}/${seed}`)
}

export function simulateCurves(
  policy: CurvePolicy,
  rng: PortableRng,
  options: CurveOptions = {},
): { log: CurveLog; trials: number } {
  const { workers = WORKERS, horizon = CURVE_HORIZON, countsAt = CURVE_RUNGS } = options
  const workshop = new Workshop(rng, workers)
  const log: [number, number][] = []
  for (let now = 0; ;) {
    if (now < horizon) workshop.fill(policy, now)
    const reached = workshop.reachNext()
    if (!reached || reached.at > horizon) return { log, trials: workshop.trials.size }
    now = reached.at
    const { running, level, value } = reached
    const goesOn = policy.report(running.trial, level, value) && level < running.to
    if ((!goesOn || countsAt.includes(level)) && running.best < (log.at(-1)?.[1] ?? Infinity))
      log.push([now, running.best])
    if (goesOn) workshop.goOn(running, level)
    else workshop.free()
  }
}

/** When the regret first was at most so much; the horizon where it never was. */
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

/** The workers and what is on them. */
class Workshop {
  readonly trials = new Set<number>()
  #idle: number
  readonly #rng: PortableRng
  readonly #table = curves(CURVE_TABLE)
  readonly #toRegret = regretIn(this.#table)
  readonly #speeds = new Map<number, number>()
  readonly #agenda = new Agenda<{ readonly running: Running; readonly level: number }>()
  #jobs = 0

  constructor(rng: PortableRng, workers: number) {
    this.#rng = rng
    this.#idle = workers
  }

  /** Gives the idle workers what the policy has for them. */
  fill(policy: CurvePolicy, now: number): void {
    while (this.#idle > 0) {
      const job = policy.next(now)
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
    const speed = this.#speeds.get(config) ?? Math.exp(SPEED_SPREAD * this.#rng.n())
    this.#speeds.set(config, speed)
    this.trials.add(job.trial)
    this.#idle--
    this.goOn({ ...job, config, speed, startedAt: now, order: this.#jobs++, best: Infinity }, job.from)
  }

  goOn(running: Running, level: number): void {
    this.#agenda.add(
      running.startedAt + running.speed * (level + 1 - running.from),
      { running, level: level + 1 },
      running.order,
    )
  }

  reachNext(): { at: number; running: Running; level: number; value: number } | undefined {
    const event = this.#agenda.take()
    if (!event) return undefined
    const { running, level } = event.item
    const value = this.#table.value(running.config, level)
    running.best = Math.min(running.best, this.#toRegret(value))
    return { at: event.at, running, level, value }
  }
}

const scales = new WeakMap<Table, (value: number) => number>()

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
