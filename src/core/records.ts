import type { Actor } from '../contract/events.ts'
import type { RunPlan, SweepPlan } from '../contract/plan.ts'
import type { AttemptState, Ending, HostInfo, Waiting } from '../contract/run.ts'
import type { RunPhase } from '../contract/phases.ts'
import type { ReasonCode } from '../contract/messages/messages.ts'
import type { SweepPhase } from '../contract/phases.ts'
import type { ValueMap } from '../contract/values.ts'
import type { EarlierTrial, Suggestion } from './search/history.ts'

// Runs, attempts and sweeps as the store keeps them. Times are milliseconds since 1970.

/**
 * Why a run has to stop: a person, its sweep or its time limit demands it. `pause` ends the attempt and keeps the run
 * open.
 */
export type StopCause = 'user' | 'method' | 'timeout' | 'pause'

/**
 * The run that a run was made from. `restarts` begins with empty outputs, `resumes` writes to the same outputs,
 * `copies` begins with a copy of them.
 */
export interface Origin {
  readonly kind: 'restarts' | 'resumes' | 'copies'
  readonly runId: string
}

/** The interpreter and the environment that a run actually used. */
export interface RanOn {
  readonly python: { readonly executable: string; readonly version: string } | null
  /** Hash of its environment; null where it used the interpreter of the submitting shell. */
  readonly environment: string | null
  /** Container image named in the document. Runs are plain processes, so the image is only recorded. */
  readonly imageAsked: string | null
}

/** A run: its plan, its state and its notes. */
export interface Run {
  readonly id: string
  readonly number: number
  readonly projectId: string
  readonly name: string | null
  readonly note: string | null
  readonly sweepId: string | null
  /** Place among the trials of its sweep, from 0. Null outside a sweep, and for a failed trial that was run again. */
  readonly trialIndex: number | null
  /** How many times the same trial was run before this run; 0 for the first run of a trial. */
  readonly rerunCount: number
  readonly plan: RunPlan
  readonly planDigest: string
  readonly params: ValueMap
  readonly tags: readonly string[]
  readonly phase: RunPhase
  readonly ending: Ending | null
  readonly waiting: Waiting | null
  readonly stopCause: StopCause | null
  /** Number of attempts so far. */
  readonly attemptCount: number
  /** Earliest start of the next attempt after a failure; null where none has to wait. */
  readonly notBefore: number | null
  /** The machine that submitted it; null where the submission does not describe one. */
  readonly host: HostInfo | null
  /** Digest of the document that it was compiled from; null for a run that a script started itself. */
  readonly documentDigest: string | null
  /** Digest of its snapshot; null where it works in the folder that it was submitted from. */
  readonly snapshot: string | null
  /** Hash of the environment that it needs; null where it needs none or the hash is not computed yet. */
  readonly environment: string | null
  readonly ranOn: RanOn | null
  readonly origin: Origin | null
  /** Number of the run whose outputs folder it writes to: its own number, or that of the run that it resumes. */
  readonly outputsOwnerNumber: number
  readonly actor: Actor
  /** False for a run that a script started itself, outside any executor. */
  readonly isExecuted: boolean
  /** Whether its output files have been listed and its logs cleared of secrets. Happens once, after its end. */
  readonly isCollected: boolean
  /** Time of the last tracking batch, exact to 30 s; kept only where `isExecuted` is false. */
  readonly lastReceivedAt: number | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** When it was moved to the trash; null outside the trash. */
  readonly deletedAt: number | null
  /** When its final removal began; from then on it cannot be restored. */
  readonly purgedAt: number | null
  /** Counts the writes that decisions depend on (optimistic locking). */
  readonly version: number
}

/** Fields of a run to insert. Left-out names, notes and tags are those of its plan. */
export type NewRun = Pick<
  Run,
  'id' | 'sweepId' | 'trialIndex' | 'plan' | 'planDigest' | 'host' | 'actor' | 'isExecuted'
> & {
  readonly phase: RunPhase
  /** Set for a run that failed before it could start. */
  readonly ending?: Ending
} & Partial<
    Pick<
      Run,
      'projectId' | 'name' | 'note' | 'tags' | 'documentDigest' | 'snapshot' | 'environment' | 'origin' | 'rerunCount'
    >
  > & {
    /** Absent: its own number. */
    readonly outputsOwnerNumber?: number
  }

/** Fields that a transition may set together with the phase. */
export type RunPatch = Partial<
  Pick<
    Run,
    | 'plan'
    | 'planDigest'
    | 'ending'
    | 'waiting'
    | 'stopCause'
    | 'attemptCount'
    | 'notBefore'
    | 'isCollected'
    | 'lastReceivedAt'
    | 'startedAt'
    | 'endedAt'
  >
>

/** One try of a run on an executor. */
export interface Attempt {
  readonly id: string
  readonly runId: string
  /** Counted from 1. */
  readonly n: number
  /**
   * Unique in this database: `hagane-<run number>-<n>`, or `script-<run number>-1` for a run that a script started
   * itself. The executor starts a name only once.
   */
  readonly name: string
  readonly state: AttemptState
  readonly planDigest: string
  readonly devices: readonly string[]
  /** Folder on the executor's machine; null before the launch. */
  readonly outputsPath: string | null
  readonly ending: Ending | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/** The fields by which an executor finds an attempt. The name contains the number of the run. */
export type AttemptRef = Pick<Attempt, 'id' | 'runId' | 'name'>

/** A sweep: its plan, its state and its notes. */
export interface Sweep {
  readonly id: string
  readonly number: number
  readonly plan: SweepPlan
  readonly planDigest: string
  readonly seed: number
  readonly phase: SweepPhase
  readonly reason: ReasonCode | null
  /** Who stopped the sweep: `user` or `method`; null where it was not stopped. */
  readonly stopCause: StopCause | null
  readonly trialsCreated: number
  readonly host: HostInfo
  readonly projectId: string
  readonly name: string | null
  readonly note: string | null
  readonly tags: readonly string[]
  readonly documentDigest: string | null
  readonly snapshot: string | null
  /** Largest number of trials that run at once; can be changed while the sweep runs. */
  readonly concurrency: number
  /** Largest number of trials; null where there is no limit. A person can raise it. */
  readonly budget: number | null
  /** Trials of earlier sweeps that its search learns from (warm start). */
  readonly earlierTrials: readonly EarlierTrial[]
  /** Number of results recorded so far. */
  readonly resultCount: number
  /** Why it paused itself, gave up or failed; null while no failure has changed its course. */
  readonly failure: SweepFailure | null
  /**
   * Index from which trials count for the check whether the first trials all fail. Resuming the sweep raises it past
   * the trials that have already failed.
   */
  readonly failureCheckFrom: number
  /** While true, no trial of the sweep starts. */
  readonly isPaused: boolean
  readonly createdAt: number
  readonly endedAt: number | null
  readonly deletedAt: number | null
  readonly purgedAt: number | null
  readonly version: number
}

/** The most frequent cause among the failed trials of a sweep. */
export interface FailureCause {
  /** Number of failed trials. */
  readonly trials: number
  /** Number of these that ended in the way of `ending`. */
  readonly same: number
  readonly ending: Ending
  /** Log line that explains the failure; null where the log adds nothing to `ending`. */
  readonly line: string | null
}

/** A failure that paused or ended a sweep. */
export interface SweepFailure extends FailureCause {
  /**
   * `first`: the first trials all failed and the sweep paused; `next`: the same again after a resume; `many`: more
   * trials failed than the plan allows; `all`: every trial failed.
   */
  readonly kind: 'first' | 'next' | 'many' | 'all'
}

/** Fields of a sweep to insert. */
export type NewSweep = Pick<Sweep, 'id' | 'plan' | 'planDigest' | 'seed' | 'host'> &
  Partial<Pick<Sweep, 'projectId' | 'documentDigest' | 'snapshot' | 'earlierTrials'>>

/**
 * A point of a sweep and the inputs that it was computed from: the first `resultsUsed` results, all points before it, and
 * the budget at that time.
 */
export interface SweepTrial extends Suggestion {
  /** Number of results that the method had. */
  readonly resultsUsed: number
  readonly budget: number | null
}

/** One entry of a sweep's record: the result of a trial at a rung. */
export interface SweepResult {
  readonly index: number
  readonly rung: number
  /** How many times the trial was run before; absent: never. */
  readonly rerunCount?: number
  readonly phase: Extract<RunPhase, 'paused' | 'running' | 'succeeded' | 'failed' | 'stopped'>
  /**
   * Value of the sweep's metric: its last, lowest or highest, as the plan says. Null where there is no finite one.
   */
  readonly value: number | null
}

/** A trial that has ended. */
export interface TrialOutcome {
  readonly index: number
  readonly number: number
  readonly phase: Extract<RunPhase, 'succeeded' | 'failed' | 'stopped'>
  readonly reason: ReasonCode | null
  readonly rung: number
  readonly params: ValueMap
  /**
   * Value of the sweep's metric: its last, lowest or highest, as the plan says. Null where there is no finite one.
   */
  readonly value: number | null
  /** Running time of all its attempts together. */
  readonly seconds: number
}

/** A trial that has not ended. */
export interface OpenTrial {
  readonly id: string
  readonly number: number
  readonly phase: RunPhase
  readonly index: number | null
  readonly rung: number
  /** Whether it has reached its rung and waits to be promoted. */
  readonly isAtRung: boolean
}

/** A trial as the charts of its sweep need it. */
export interface ChartTrial {
  readonly index: number
  readonly number: number
  readonly phase: RunPhase
  readonly reason: ReasonCode | null
  readonly rung: number
  readonly params: ValueMap
  readonly value: number | null
  /** Whether it logged the metric. If it did and `value` is null, its value is NaN or infinite. */
  readonly hasMetric: boolean
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/** An attempt that has begun, as the charts of a sweep need it; `index` is that of its trial. */
export interface ChartAttempt {
  readonly index: number
  readonly n: number
  readonly startedAt: number
  readonly endedAt: number | null
  readonly reason: ReasonCode | null
}

/** Number of runs in each phase; a phase without runs is absent. */
export type PhaseCounts = Readonly<Partial<Record<RunPhase, number>>>

/** The fields of a queued run that admission needs. */
export interface QueuedRun {
  readonly id: string
  readonly number: number
  readonly sweepId: string | null
  readonly attempts: number
  readonly planDigest: string
  readonly placement: RunPlan['placement']
  readonly notBefore: number | null
  readonly waiting: Waiting | null
  /** Whether it needs an environment that is not ready, or whose hash is not computed yet. */
  readonly isUnprepared: boolean
  readonly version: number
}

/** A run that occupies a place on the machine. */
export interface ActiveRun {
  readonly id: string
  readonly number: number
  /** Its latest attempt. */
  readonly attempt: AttemptRef
  readonly sweepId: string | null
  readonly placement: RunPlan['placement']
  readonly devices: readonly string[]
}
