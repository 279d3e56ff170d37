import type { Actor } from '../contract/events.ts'
import type { RunPlan, SweepPlan } from '../contract/plan.ts'
import type { AttemptState, Ending, HostInfo, Waiting } from '../contract/run.ts'
import type { RunPhase } from '../contract/phases.ts'
import type { ReasonCode } from '../contract/messages/messages.ts'
import type { SweepPhase } from '../contract/phases.ts'
import type { ValueMap } from '../contract/values.ts'
import type { EarlierTrial, Suggestion } from './search/history.ts'

// Runs, attempts and sweeps as they are kept. Times are milliseconds since 1970.

/** `pause` ends the attempt and keeps the run open. */
export type StopCause = 'user' | 'method' | 'timeout' | 'pause'

/** What a run was made from. `resumes` shares the outputs of its origin, `copies` begins with a copy of them. */
export interface Origin {
  readonly kind: 'restarts' | 'resumes' | 'copies'
  readonly runId: string
}

/** What a run really ran on, beside what it asked for. */
export interface RanOn {
  readonly python: { readonly executable: string; readonly version: string } | null
  /** Hash of the environment it ran in; null for the interpreter of the submitting shell. */
  readonly environment: string | null
  /** The image the document asks for, which a plain process cannot be. */
  readonly imageAsked: string | null
}

export interface Run {
  readonly id: string
  readonly number: number
  readonly projectId: string
  readonly name: string | null
  readonly note: string | null
  readonly sweepId: string | null
  /** Null for a run that another one has replaced among the trials of its sweep. */
  readonly trialIndex: number | null
  /** How often its trial had been run before, counted from 0. */
  readonly take: number
  readonly plan: RunPlan
  readonly planDigest: string
  readonly params: ValueMap
  readonly tags: readonly string[]
  readonly phase: RunPhase
  readonly ending: Ending | null
  readonly waiting: Waiting | null
  readonly stopCause: StopCause | null
  readonly attempts: number
  readonly notBefore: number | null
  readonly host: HostInfo | null
  /** Digest of the text it was compiled from; null for one that a script started. */
  readonly documentDigest: string | null
  /** Digest of its code; null: it works in the submitting folder itself. */
  readonly snapshot: string | null
  /** Hash of the environment it needs; null while that is not known, or when it needs none. */
  readonly environment: string | null
  readonly ranOn: RanOn | null
  readonly origin: Origin | null
  /** Number of the run whose outputs it writes to: another's for one that resumes it. */
  readonly outputsOf: number
  readonly actor: Actor
  /** False for a run that a script started by itself. */
  readonly isExecuted: boolean
  readonly isCollected: boolean
  readonly lastHeardAt: number | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** When it went to the trash. */
  readonly deletedAt: number | null
  /** When its removal began: it cannot come back from the trash any more. */
  readonly purgedAt: number | null
  readonly version: number
}

export type NewRun = Pick<
  Run,
  'id' | 'sweepId' | 'trialIndex' | 'plan' | 'planDigest' | 'host' | 'actor' | 'isExecuted'
> & {
  readonly phase: RunPhase
  /** Of a run that has failed before it could start. */
  readonly ending?: Ending
} & Partial<
    Pick<
      Run,
      'projectId' | 'name' | 'note' | 'tags' | 'documentDigest' | 'snapshot' | 'environment' | 'origin' | 'take'
    >
  > & {
    /** Absent: its own. */
    readonly outputsOf?: number
  }

/** Fields a transition may set beside the phase. */
export type RunPatch = Partial<
  Pick<
    Run,
    | 'plan'
    | 'planDigest'
    | 'ending'
    | 'waiting'
    | 'stopCause'
    | 'attempts'
    | 'notBefore'
    | 'isCollected'
    | 'lastHeardAt'
    | 'startedAt'
    | 'endedAt'
  >
>

export interface Attempt {
  readonly id: string
  readonly runId: string
  readonly n: number
  /** Deterministic, unique over the installation: the executor refuses to create it twice. */
  readonly name: string
  readonly state: AttemptState
  readonly planDigest: string
  readonly devices: readonly string[]
  readonly outputsPath: string | null
  readonly ending: Ending | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/** An attempt by its id, under a name with the number of its run. */
export type AttemptRef = Pick<Attempt, 'id' | 'runId' | 'name'>

export interface Sweep {
  readonly id: string
  readonly number: number
  readonly plan: SweepPlan
  readonly planDigest: string
  readonly seed: number
  readonly phase: SweepPhase
  readonly reason: ReasonCode | null
  /** What the sweep becomes once its trials have stopped. */
  readonly stopCause: StopCause | null
  readonly trialsCreated: number
  readonly host: HostInfo
  readonly projectId: string
  readonly name: string | null
  readonly note: string | null
  readonly tags: readonly string[]
  readonly documentDigest: string | null
  readonly snapshot: string | null
  /** Trials that run at once; may change while it runs. */
  readonly concurrency: number
  /** Trials it may make; null when there is no end. Grows when a person extends it. */
  readonly budget: number | null
  /** Trials of earlier sweeps that its search knows. */
  readonly earlier: readonly EarlierTrial[]
  /** Length of its record of results. */
  readonly results: number
  /** Why it paused itself, or gave up; null while no failure has changed its course. */
  readonly failure: SweepFailure | null
  /** Index of the first trial that counts as one of its first: those before have been forgiven. */
  readonly judgedFrom: number
  /** Nothing of it starts while this holds. */
  readonly isPaused: boolean
  readonly createdAt: number
  readonly endedAt: number | null
  readonly deletedAt: number | null
  readonly purgedAt: number | null
  readonly version: number
}

/** The cause that failed trials have in common. */
export interface FailureCause {
  /** Trials that failed. */
  readonly trials: number
  /** Those of them that ended in this way. */
  readonly same: number
  readonly ending: Ending
  /** Last line of the log, where that says why. */
  readonly line: string | null
}

export interface SweepFailure extends FailureCause {
  /** The first trials failed and it paused, or the next ones after that; more than it bears failed; all failed. */
  readonly kind: 'first' | 'next' | 'many' | 'all'
}

export type NewSweep = Pick<Sweep, 'id' | 'plan' | 'planDigest' | 'seed' | 'host'> &
  Partial<Pick<Sweep, 'projectId' | 'documentDigest' | 'snapshot' | 'earlier'>>

/** A point of a sweep, and what it was computed from: so many results, all points before it, and the budget of that time. */
export interface SweepTrial extends Suggestion {
  readonly known: number
  readonly budget: number | null
}

/** What one trial came to at one rung. */
export interface SweepResult {
  readonly index: number
  readonly rung: number
  /** How often the trial had been run before; absent: never. */
  readonly take?: number
  readonly phase: Extract<RunPhase, 'paused' | 'running' | 'succeeded' | 'failed' | 'stopped'>
  /** Of the sweep's metric; null where there is no finite one. */
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
  /** Last value of the metric; null where there is no finite one. */
  readonly value: number | null
  /** Of all its attempts. */
  readonly seconds: number
}

/** A trial that has not ended. */
export interface OpenTrial {
  readonly id: string
  readonly number: number
  readonly phase: RunPhase
  readonly index: number | null
  readonly rung: number
  /** It has reached its rung and waits to be promoted. */
  readonly isAtRung: boolean
}

/** A trial as a chart of its sweep shows it. */
export interface ChartTrial {
  readonly index: number
  readonly number: number
  readonly phase: RunPhase
  readonly reason: ReasonCode | null
  readonly rung: number
  readonly params: ValueMap
  readonly value: number | null
  /** Whether it logged the metric; without a value it was NaN. */
  readonly hasMetric: boolean
  readonly startedAt: number | null
  readonly endedAt: number | null
}

export interface ChartAttempt {
  readonly index: number
  readonly n: number
  readonly startedAt: number
  readonly endedAt: number | null
  readonly reason: ReasonCode | null
}

export type PhaseCounts = Readonly<Partial<Record<RunPhase, number>>>

/** One queued run as admission sees it. */
export interface QueuedRun {
  readonly id: string
  readonly number: number
  readonly sweepId: string | null
  readonly attempts: number
  readonly planDigest: string
  readonly placement: RunPlan['placement']
  readonly notBefore: number | null
  readonly waiting: Waiting | null
  /** Whether it needs an environment that is not known to be ready. */
  readonly isUnprepared: boolean
  readonly version: number
}

/** One run that holds a place. */
export interface ActiveRun {
  readonly id: string
  readonly number: number
  /** Its latest. */
  readonly attempt: AttemptRef
  readonly sweepId: string | null
  readonly placement: RunPlan['placement']
  readonly devices: readonly string[]
}
