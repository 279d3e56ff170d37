import type { BestBy } from '../../contract/measure.ts'
import type { RunPhase } from '../../contract/phases.ts'
import type { Ending } from '../../contract/run.ts'
import type { PhaseCounts } from '../records/run.ts'
import type { SweepResult } from '../records/sweep.ts'
import type { OpenTrial, TrialOutcome } from '../records/trial.ts'

/** The number that trials are compared by: the last, lowest or highest value of a metric. */
export interface Measure {
  readonly metric: string
  readonly part: BestBy
}

/** Numbers of trials that ended without failing. */
export interface TrialEnds {
  /** Trials that ran to their end. */
  readonly finished: number
  /** Trials that a rung or a stopping rule ended early. */
  readonly early: number
  /** Trials that a person stopped. */
  readonly stopped: number
}

/** Queries of a sweep about its trials. */
export interface TrialStore {
  /** Returns the runs of a sweep that have not ended. */
  listOpen(sweepId: string): Promise<OpenTrial[]>
  /**
   * Returns results that the record of the sweep lacks, a bounded number at a time: those of trials that have ended or
   * wait at a rung, by the time of their end.
   */
  listUnrecorded(sweepId: string, measure: Measure): Promise<(SweepResult & { readonly runId: string })[]>
  /** Returns result and running time of every trial that has ended. */
  listOutcomes(sweepId: string, measure: Measure): Promise<TrialOutcome[]>
  /** Returns the id of each trial's run, by trial index. */
  listTrialIds(sweepId: string): Promise<Map<number, string>>
  /** Counts trials by phase. */
  countByPhase(sweepId: string): Promise<PhaseCounts>
  /** Counts trials that ended without failing, by the cause of their end. */
  countEnds(sweepId: string): Promise<TrialEnds>
  /**
   * Returns the phases of the first `limit` trials to end, of those with index `from` or above, in the order of their
   * ends. Paused trials (at a rung, for example) come first. Trials that a person stopped are left out.
   */
  listFirstEnded(sweepId: string, from: number, limit: number): Promise<RunPhase[]>
  /** Returns failed trials outside the trash with index `from` or above, lowest index first. */
  listFailures(
    sweepId: string,
    from: number,
    limit: number,
  ): Promise<{ readonly id: string; readonly ending: Ending | null }[]>
}
