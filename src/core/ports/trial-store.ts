import type { BestBy } from '../../contract/measure.ts'
import type { RunPhase } from '../../contract/phases.ts'
import type { Ending } from '../../contract/run.ts'
import type { PhaseCounts } from '../records/run.ts'
import type { SweepResult } from '../records/sweep.ts'
import type { OpenTrial, TrialOutcome } from '../records/trial.ts'

/** The number by which the trials of a sweep are compared: the last, lowest or highest value of a metric. */
export interface Measure {
  readonly metric: string
  readonly part: BestBy
}

/** Numbers of the trials that ended without failing, by how they ended. */
export interface TrialEnds {
  /** Trials whose command ended by itself; in a sweep with rungs, at the last rung. */
  readonly finished: number
  /** Trials that were not promoted from a rung, or that a stopping rule or the sweep ended early. */
  readonly early: number
  /** Trials that a person stopped. */
  readonly stopped: number
}

/** Queries about the trials of one sweep. */
export interface TrialStore {
  /** Returns the runs of a sweep that have not ended. */
  listOpen(sweepId: string): Promise<OpenTrial[]>
  /**
   * Returns results that are not recorded in the sweep's history yet, a bounded number per call: those of trials that
   * have ended or are paused at a rung, ordered by the time of their end.
   */
  listUnrecorded(sweepId: string, measure: Measure): Promise<(SweepResult & { readonly runId: string })[]>
  /** Returns the result and the running time of every trial that has ended, by trial index. */
  listOutcomes(sweepId: string, measure: Measure): Promise<TrialOutcome[]>
  /** Returns the id of each trial's run, by trial index. */
  listTrialIds(sweepId: string): Promise<Map<number, string>>
  /** Returns the number of trials in each phase. */
  countByPhase(sweepId: string): Promise<PhaseCounts>
  /** Returns the numbers of trials that ended without failing, by how they ended. */
  countEnds(sweepId: string): Promise<TrialEnds>
  /**
   * Returns the phases of the `limit` trials that ended first, in the order of their ends, among trials with index
   * `from` or above. Paused trials count as ended and come first. Trials that a person stopped are left out.
   */
  listFirstEnded(sweepId: string, from: number, limit: number): Promise<RunPhase[]>
  /**
   * Returns at most `limit` failed trials outside the trash with index `from` or above, lowest index first. `id` is
   * that of the run.
   */
  listFailures(
    sweepId: string,
    from: number,
    limit: number,
  ): Promise<{ readonly id: string; readonly ending: Ending | null }[]>
}
