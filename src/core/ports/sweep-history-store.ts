import type { SweepResult, SweepTrial } from '../records/sweep.ts'

/** The points that sweeps suggested and the results that they recorded. */
export interface SweepHistoryStore {
  /** Returns the points of trials with index `from` or above, by index. */
  listTrials(sweepId: string, from: number): Promise<SweepTrial[]>
  /** Inserts points; `from` is the trial index of the first. */
  addTrials(sweepId: string, from: number, trials: readonly SweepTrial[]): Promise<void>
  /** Returns the results after the first `after`, in the order in which they were recorded. */
  listResults(sweepId: string, after: number): Promise<SweepResult[]>
  /** Appends results to a record that has `after` of them. */
  addResults(sweepId: string, after: number, results: readonly SweepResult[]): Promise<void>
}
