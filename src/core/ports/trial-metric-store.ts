import type { Direction } from '../../contract/project.ts'
import type { Run } from '../records/run.ts'
import type { ChartAttempt, ChartTrial } from '../records/trial.ts'
import type { Measure } from './trial-store.ts'

/** The best trial of a sweep, and the value of the measure that makes it the best. */
export interface Best {
  readonly run: Run
  readonly value: number
}

/** Queries about the metrics that trials reported. */
export interface TrialMetricStore {
  /**
   * Returns the data for the charts of a sweep: its trials outside the trash, and the attempts of all its trials that
   * have begun.
   */
  readChart(sweepId: string, measure: Measure): Promise<{ trials: ChartTrial[]; attempts: ChartAttempt[] }>
  /** Returns those of `metrics` that any run of the sweep has reported. */
  listReported(sweepId: string, metrics: readonly string[]): Promise<Set<string>>
  /**
   * Returns the names of at most `limit` metrics that the newest trials have reported, among trials that are paused or
   * ended without failing. Leaves out the metrics that the server measures (`system.*`).
   */
  listMetricNames(sweepId: string, limit: number): Promise<string[]>
  /**
   * Returns the trial with the best finite value, among trials outside the trash that are paused or ended without
   * failing; undefined where none has a value.
   */
  findBest(sweepId: string, measure: Measure, direction: Direction): Promise<Best | undefined>
  /**
   * Returns the best finite value among the trials of all phases outside the trash; undefined where none has a value.
   */
  findBestValue(sweepId: string, measure: Measure, direction: Direction): Promise<number | undefined>
}
