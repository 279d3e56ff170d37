import type { SweepResult, SweepTrial } from '../records/sweep.ts'

/** The points that the searches of sweeps suggested, and the results of trials in the order of their recording. */
export interface SweepHistoryStore {
  /** Returns the points of the trials with index `from` or above, lowest index first. */
  listTrials(sweepId: string, from: number): Promise<SweepTrial[]>
  /** Inserts the points of new trials; `from` is the trial index of the first. */
  addTrials(sweepId: string, from: number, trials: readonly SweepTrial[]): Promise<void>
  /** Returns the recorded results without the first `after` of them, in the order of their recording. */
  listResults(sweepId: string, after: number): Promise<SweepResult[]>
  /** Appends results; `after` is the number of results recorded before them. */
  addResults(sweepId: string, after: number, results: readonly SweepResult[]): Promise<void>
}
