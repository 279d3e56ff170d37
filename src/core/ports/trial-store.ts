import type { BestBy } from '../../contract/measure.ts'
import type { RunPhase } from '../../contract/phases.ts'
import type { Ending } from '../../contract/run.ts'
import type { PhaseCounts, Run } from '../records/run.ts'
import type { SweepResult } from '../records/sweep.ts'
import type { ChartAttempt, ChartTrial, OpenTrial, TrialOutcome } from '../records/trial.ts'
import type { Direction } from '../../contract/project.ts'

/** The best trial of a sweep, and its value of the measure. */
export interface Best {
  readonly run: Run
  readonly value: number
}

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
  /** Returns the trials outside the trash, and all attempts that have begun, with the fields that charts need. */
  readChart(sweepId: string, measure: Measure): Promise<{ trials: ChartTrial[]; attempts: ChartAttempt[] }>
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
