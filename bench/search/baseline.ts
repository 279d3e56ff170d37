import { readFileSync } from 'node:fs'

/** A search that Hagane is compared with: Optuna's TPE, Optuna's Gaussian process, or the prototype in Python. */
export type RivalName = 'tpe' | 'gp' | 'prototype'
/** How results reach the search: a whole batch at once, or one at a time. */
export type Mode = 'batch' | 'async'

/** Numbers of trials after which the regrets of the rivals were recorded; `RivalRuns` has them in this order. */
export const BASELINE_CHECKPOINTS = [50, 100, 200] as const

/** The content of `baseline.json`. */
export interface Baseline {
  readonly functions: Readonly<Record<string, { readonly optimum: number; readonly reference: number }>>
  /** Regrets of the rivals, by mode and rival. */
  readonly rivals: Readonly<Record<Mode, Readonly<Record<RivalName, RivalRuns>>>>
  readonly multiFidelity: Readonly<Record<string, CurveFigures>>
}

/** Regrets at the checkpoints, by problem and seed. */
export type RivalRuns = Readonly<Record<string, Readonly<Record<string, readonly [number, number, number]>>>>

/** Results of a rival on the learning curves. Times are in epochs. */
export interface CurveFigures {
  readonly medianRegret: Readonly<Record<string, number>>
  readonly timeTo5Percent: number
  readonly timeTo3Percent: number
  readonly trials: number
}

/**
 * Results of Optuna 5.0rc with its default sampler and with its Gaussian process, and of the prototype in Python.
 * Measured once.
 */
export const baseline = JSON.parse(readFileSync(new URL('baseline.json', import.meta.url), 'utf8')) as Baseline
