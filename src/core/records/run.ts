import type { Actor } from '../../contract/events.ts'
import type { RunPhase } from '../../contract/phases.ts'
import type { RunPlan } from '../../contract/plan.ts'
import type { Ending, HostInfo, Waiting } from '../../contract/run.ts'
import type { ValueMap } from '../../contract/values.ts'
import type { AttemptRef } from './attempt.ts'

/**
 * Why a run has to stop: a person (`user`) or its sweep (`method`) has requested it, or its time limit has passed.
 * `pause` ends only the current attempt: the run can be continued.
 */
export type StopCause = 'user' | 'method' | 'timeout' | 'pause'

/**
 * The run `runId` that another run was derived from. `restarts`: the new run begins with empty outputs. `resumes`: it
 * writes to the same outputs folder. `copies`: it begins with a copy of the outputs.
 */
export interface Origin {
  readonly kind: 'restarts' | 'resumes' | 'copies'
  readonly runId: string
}

/** The interpreter and the environment that a run actually used. */
export interface RanOn {
  readonly python: { readonly executable: string; readonly version: string } | null
  /** Hash of the environment; null where the run used the interpreter of the shell that submitted it. */
  readonly environment: string | null
  /** Container image named in the document. Runs are plain processes, so the image is only recorded. */
  readonly imageAsked: string | null
}

/** A run: its plan, its state and its notes. Times are milliseconds since 1970. */
export interface Run {
  readonly id: string
  readonly number: number
  readonly projectId: string
  readonly name: string | null
  readonly note: string | null
  readonly sweepId: string | null
  /**
   * Index among the trials of its sweep, from 0. Null outside a sweep, and for a failed trial that a new run has
   * replaced.
   */
  readonly trialIndex: number | null
  /** Number of runs of the same trial that this run replaces; 0 for the first run of a trial. */
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
  /** Earliest start of the next attempt, after a failed one; null where there is no need to wait. */
  readonly notBefore: number | null
  /** The machine and folder that the run was submitted from; null where the submission did not describe them. */
  readonly host: HostInfo | null
  /** Digest of the document that the run was compiled from; null for a run that a script started itself. */
  readonly documentDigest: string | null
  /** Digest of the snapshot that the run works in; null where it works in the folder that it was submitted from. */
  readonly snapshot: string | null
  /** Hash of the environment that the run needs; null where it needs none or the hash is not computed yet. */
  readonly environment: string | null
  readonly ranOn: RanOn | null
  readonly origin: Origin | null
  /**
   * Number of the run that owns the outputs folder: its own number, or that of the first run in the chain of runs that
   * it resumes.
   */
  readonly outputsOwnerNumber: number
  readonly actor: Actor
  /** False for a run that a script started itself, outside any executor. */
  readonly isExecuted: boolean
  /**
   * Whether, after the end of the run, its output files have been listed and secrets have been removed from its logs.
   */
  readonly isCollected: boolean
  /** Time of the last tracking batch, up to 30 s too early; kept only where `isExecuted` is false. */
  readonly lastReceivedAt: number | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** Time of the move to the trash; null outside the trash. */
  readonly deletedAt: number | null
  /** Time at which the final removal began; the run cannot be restored after it. Null before. */
  readonly purgedAt: number | null
  /** Number of writes to the fields that decisions depend on (optimistic locking). */
  readonly version: number
}

/** Fields of a run to insert. A name, note or tags that are left out are taken from the plan. */
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
    /** See `Run.outputsOwnerNumber`; absent: the number of the new run. */
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

/**
 * The fields by which the files of a run are found. The number alone is not enough: another database may have given the
 * same number to a run in the same data directory.
 */
export type RunRef = Pick<Run, 'id' | 'number'>

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
  /** Whether the run needs an environment that is not ready, or whose hash is not computed yet. */
  readonly lacksEnvironment: boolean
  readonly version: number
}

/** A run that counts against the capacity of the machine: its attempt is being started, runs or is being stopped. */
export interface ActiveRun {
  readonly id: string
  readonly number: number
  /** The latest attempt of the run. */
  readonly attempt: AttemptRef
  readonly sweepId: string | null
  readonly placement: RunPlan['placement']
  readonly devices: readonly string[]
}

/** Number of runs in each phase; a phase without runs is absent. */
export type PhaseCounts = Readonly<Partial<Record<RunPhase, number>>>
