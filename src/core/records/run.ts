import type { Actor } from '../../contract/events.ts'
import type { RunPhase } from '../../contract/phases.ts'
import type { RunPlan } from '../../contract/plan.ts'
import type { Ending, HostInfo, Waiting } from '../../contract/run.ts'
import type { ValueMap } from '../../contract/values.ts'
import type { AttemptRef } from './attempt.ts'

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

/** The fields by which an executor finds the files of a run. Another database may have given the same number. */
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

/** Number of runs in each phase; a phase without runs is absent. */
export type PhaseCounts = Readonly<Partial<Record<RunPhase, number>>>
