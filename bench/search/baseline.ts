import { readFileSync } from 'node:fs'

export type RivalName = 'tpe' | 'gp' | 'prototype'
export type Mode = 'batch' | 'async'

/** The trials after which the rivals' regrets are known, in the order of their triples. */
export const BASELINE_CHECKPOINTS = [50, 100, 200] as const

export interface Baseline {
  readonly functions: Readonly<Record<string, { readonly optimum: number; readonly reference: number }>>
  /** Mode, rival, problem, seed: the regrets at the checkpoints. */
  readonly rivals: Readonly<Record<Mode, Readonly<Record<RivalName, RivalRuns>>>>
  readonly multiFidelity: Readonly<Record<string, CurveFigures>>
}

export type RivalRuns = Readonly<Record<string, Readonly<Record<string, readonly [number, number, number]>>>>

export interface CurveFigures {
  readonly medianRegret: Readonly<Record<string, number>>
  readonly timeTo5Percent: number
  readonly timeTo3Percent: number
  readonly trials: number
}

/** Optuna 5.0rc with its default sampler and with its Gaussian process, and the prototype in Python, measured once. */
export const baseline = JSON.parse(readFileSync(new URL('baseline.json', import.meta.url), 'utf8')) as Baseline
