import { EventQueue } from './agenda.ts'
import type { Mode } from './baseline.ts'
import { PortableRng } from './portable-rng.ts'
import type { Problem } from './problems.ts'
import type { Params, SpaceItem } from './space.ts'

export interface Suggestion {
  readonly id: number
  readonly params: Record<string, number | string>
}

/** The observed value of the suggestion with the same id. */
export interface Observation {
  readonly id: number
  readonly value: number
}

/** The search that is measured. Smaller values are better. */
export interface Optimizer {
  ask(count: number): Suggestion[]
  tell(results: Observation[]): void
}

/** The size of a search: its number of trials, and how many of them run at once. */
export interface Budget {
  readonly trials: number
  readonly concurrency: number
}

export interface OptimizerOptions extends Budget {
  readonly seed: number
  /** Options for the module, from `--options` of `run.ts`. */
  readonly options: Readonly<Record<string, unknown>>
}

/** Creates an optimizer for one search. Each module that is measured exports `createOptimizer` of this type. */
export type CreateOptimizer = (space: readonly SpaceItem[], options: OptimizerOptions) => Optimizer

/** The result of one search. */
export interface RunResult {
  /**
   * Regret of the best configuration after 10, 20, … trials, by number of trials. Rounded to five significant digits,
   * like the recorded results of the rivals.
   */
  readonly regret: Record<number, number>
  /** Mean over all trials of log10 of the regret after the trial. */
  readonly auc: number
  /** Milliseconds per suggestion, one number for each call of `ask`. */
  readonly askMs: number[]
  /** Milliseconds per trial in `ask` and `tell` together, because an optimizer may fit its model in either of them. */
  readonly overheadMs: number
}

const CHECKPOINTS = [10, 20, 30, 50, 75, 100, 150, 200] as const
/** Smallest regret in averages of logarithms. A smaller regret counts as this one. */
export const REGRET_FLOOR = 1e-4
/** Standard deviation of the logarithm of a trial's simulated duration. */
const DURATION_SPREAD = 0.6

/**
 * Runs one search. In batch mode requests `concurrency` suggestions at a time and
 * reports their results together. In async mode each trial has a simulated
 * duration. When a trial ends, reports its result and requests one new suggestion.
 */
export function runOne(
  optimizer: Optimizer,
  problem: Problem,
  seed: number,
  options: Budget & { readonly mode: Mode },
): RunResult {
  const session = new Session(optimizer, problem, seed)
  if (options.mode === 'batch') runBatches(session, options)
  else runAsync(session, options, new PortableRng(`dur/${problem.name}/${seed}`))
  return session.result(options.trials)
}

function runBatches(session: Session, { trials, concurrency }: Budget): void {
  while (session.evaluated < trials) session.evaluate(session.ask(Math.min(concurrency, trials - session.evaluated)))
}

function runAsync(session: Session, { trials, concurrency }: Budget, durations: PortableRng): void {
  const running = new EventQueue<Suggestion>()
  let started = 0
  const start = (now: number, count: number): void => {
    for (const suggestion of session.ask(count)) {
      running.add(now + Math.exp(DURATION_SPREAD * durations.nextNormal()), suggestion)
      started++
    }
  }

  start(0, concurrency)
  for (let next = running.take(); next; next = running.take()) {
    session.evaluate([next.item])
    if (started < trials) start(next.at, 1)
  }
}

/** The state of one search: the times of the calls of its optimizer, and its regrets. */
class Session {
  readonly #optimizer: Optimizer
  readonly #problem: Problem
  readonly #noise: PortableRng
  readonly #regrets: number[] = []
  readonly #askMs: number[] = []
  #bestObserved = Infinity
  #pickedRegret = Infinity
  #spentMs = 0

  constructor(optimizer: Optimizer, problem: Problem, seed: number) {
    this.#optimizer = optimizer
    this.#problem = problem
    this.#noise = new PortableRng(`noise/${problem.name}/${seed}`)
  }

  get evaluated(): number {
    return this.#regrets.length
  }

  ask(count: number): Suggestion[] {
    const startedAt = performance.now()
    const suggestions = this.#optimizer.ask(count)
    const spent = performance.now() - startedAt

    if (suggestions.length !== count) throw new Error(`asked for ${count} suggestions, got ${suggestions.length}`)
    this.#askMs.push(spent / count)
    this.#spentMs += spent
    return suggestions
  }

  evaluate(suggestions: readonly Suggestion[]): void {
    const results = suggestions.map(({ id, params }) => ({ id, value: this.#observe(params) }))
    const startedAt = performance.now()
    this.#optimizer.tell(results)
    this.#spentMs += performance.now() - startedAt
  }

  /**
   * Returns the observed value of a configuration, with noise. Records the regret, without noise, of the configuration
   * with the lowest observed value so far.
   */
  #observe(params: Params): number {
    const { evaluate, noise, optimum, reference } = this.#problem
    const value = evaluate(params)
    const observed = noise > 0 ? value + noise * this.#noise.nextNormal() : value
    if (observed < this.#bestObserved) {
      this.#bestObserved = observed
      this.#pickedRegret = Math.max(value - optimum, 0) / (reference - optimum)
    }
    this.#regrets.push(this.#pickedRegret)
    return observed
  }

  result(trials: number): RunResult {
    const reached = CHECKPOINTS.filter((checkpoint) => checkpoint <= trials)
    const logs = this.#regrets.map((regret) => Math.log10(Math.max(regret, REGRET_FLOOR)))
    return {
      regret: Object.fromEntries(reached.map((checkpoint) => [checkpoint, round(this.#regrets[checkpoint - 1]!)])),
      auc: round(logs.reduce((sum, value) => sum + value, 0) / logs.length),
      askMs: this.#askMs,
      overheadMs: this.#spentMs / trials,
    }
  }
}

function round(value: number): number {
  return Number(value.toPrecision(5))
}
