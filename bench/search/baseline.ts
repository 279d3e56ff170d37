import { readFileSync } from 'node:fs'

/**
 * A search that Hagane is compared with: Optuna's TPE, Optuna's
 * Gaussian process, or the Python prototype of Hagane's search.
 */
export type RivalName = 'tpe' | 'gp' | 'prototype'
/**
 * How a search receives results. `batch`: all results of a batch
 * of trials together; `async`: each result when its trial ends.
 */
export type Mode = 'batch' | 'async'

/**
 * Numbers of trials after which the regrets of the rivals were
 * recorded. `RivalRuns` contains the regrets in this order.
 */
export const BASELINE_CHECKPOINTS = [50, 100, 200] as const

/** The content of `baseline.json`. */
export interface Baseline {
  /** Optimum and reference value of each problem, as defined in `Problem`, by name. */
  readonly functions: Readonly<Record<string, { readonly optimum: number; readonly reference: number }>>
  /** Recorded regrets, by mode and rival. */
  readonly rivals: Readonly<Record<Mode, Readonly<Record<RivalName, RivalRuns>>>>
  /** Results of the prototype on learning curves, by scheduler, such as `asha` or `hyperband`. */
  readonly multiFidelity: Readonly<Record<string, CurveFigures>>
}

/** Regrets at the checkpoints, by problem and seed. */
export type RivalRuns = Readonly<Record<string, Readonly<Record<string, readonly [number, number, number]>>>>

/**
 * Medians of simulated searches on learning curves. Times are in epochs of a configuration of average speed;
 * `medianRegret` has a time as its key, `timeTo5Percent` is the time until the regret is at most 0.05.
 */
export interface CurveFigures {
  readonly medianRegret: Readonly<Record<string, number>>
  readonly timeTo5Percent: number
  readonly timeTo3Percent: number
  readonly trials: number
}

/**
 * Results of Optuna 5.0rc with its default sampler and with its Gaussian process, and of the Python prototype. They
 * were measured once; the bench only reads them.
 */
export const baseline = JSON.parse(readFileSync(new URL('baseline.json', import.meta.url), 'utf8')) as Baseline
