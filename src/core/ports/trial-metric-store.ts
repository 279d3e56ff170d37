import type { Direction } from '../../contract/project.ts'
import type { Run } from '../records/run.ts'
import type { ChartAttempt, ChartTrial } from '../records/trial.ts'
import type { Measure } from './trial-store.ts'

/** The best trial of a sweep, and its value of the measure. */
export interface Best {
  readonly run: Run
  readonly value: number
}

/** The metrics that trials reported. */
export interface TrialMetricStore {
  /** Returns the trials outside the trash, and all attempts that have begun, with the fields that charts need. */
  readChart(sweepId: string, measure: Measure): Promise<{ trials: ChartTrial[]; attempts: ChartAttempt[] }>
  /** Returns those of `metrics` that any trial has reported. */
  listReported(sweepId: string, metrics: readonly string[]): Promise<Set<string>>
  /**
   * Returns the metrics that the latest ended or paused trials have reported, without those that the server measures
   * (`system.*`).
   */
  listMetricNames(sweepId: string, limit: number): Promise<string[]>
  /** Returns the trial with the best finite value among trials that are paused or ended without failing. */
  findBest(sweepId: string, measure: Measure, direction: Direction): Promise<Best | undefined>
  /** Returns the best finite value over the trials of all phases. */
  findBestValue(sweepId: string, measure: Measure, direction: Direction): Promise<number | undefined>
}
