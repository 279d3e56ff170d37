import type { Actor, NewEvent } from '../contract/events.ts'
import type { RunPlan, SweepPlan } from '../contract/plan.ts'
import type { AttemptState, Ending, Evidence, HostInfo, RunPhase, Waiting } from '../contract/run.ts'
import type { ReasonCode } from '../contract/messages/messages.ts'
import type { SweepPhase } from '../contract/sweep.ts'
import type { ArtifactView } from '../contract/tracking.ts'
import type { ValueMap } from '../contract/values.ts'
import type { Bucket, Summary } from './metrics/series.ts'
import type { StorageLevel } from './schedule/storage.ts'

/** Times are milliseconds since 1970. */
export interface Clock {
  now(): number
  /** Calls back once after `delayMs`; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void
}

/** Sources of chance and identity. */
export interface Ids {
  /** A UUID of version 7. */
  uuid(): string
  /** A number in [0, 1). */
  random(): number
  /** Hex SHA-256 of a text. */
  digest(text: string): string
}

export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type StopCause = 'user' | 'method' | 'timeout'

export interface Run {
  readonly id: string
  readonly number: number
  readonly sweepId: string | null
  readonly trialIndex: number | null
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
  readonly actor: Actor
  /** False for a run that a script started by itself. */
  readonly isExecuted: boolean
  readonly isCollected: boolean
  readonly lastHeardAt: number | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly version: number
}

export type NewRun = Pick<Run, 'id' | 'sweepId' | 'trialIndex' | 'plan' | 'planDigest' | 'host' | 'actor' | 'isExecuted'> & {
  readonly phase: RunPhase
  /** Of a run that has failed before it could start. */
  readonly ending?: Ending
}

/** Fields a transition may set beside the phase. */
export type RunPatch = Partial<
  Pick<Run, 'ending' | 'waiting' | 'stopCause' | 'attempts' | 'notBefore' | 'isCollected' | 'lastHeardAt' | 'startedAt' | 'endedAt'>
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
  readonly createdAt: number
  readonly endedAt: number | null
  readonly version: number
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
  readonly version: number
}

/** One run that holds a place. */
export interface ActiveRun {
  readonly id: string
  /** Of its latest attempt. */
  readonly attemptName: string
  readonly sweepId: string | null
  readonly placement: RunPlan['placement']
  readonly devices: readonly string[]
}

export interface RunFilter {
  readonly sweepId?: string
  readonly phase?: RunPhase
  readonly kind?: string
  readonly limit: number
  /** Number of the last run of the page before. */
  readonly before?: number
}

export interface Best {
  readonly run: Run
  readonly value: number
}

export interface RunStore {
  get(id: string): Promise<Run | undefined>
  getByNumber(number: number): Promise<Run | undefined>
  list(filter: RunFilter): Promise<Run[]>
  /** Ids of runs something is still to be done for. */
  listUnfinished(): Promise<string[]>
  listQueued(limit: number): Promise<QueuedRun[]>
  listActive(): Promise<ActiveRun[]>
  /** Executed runs of a sweep that have not ended. */
  listOpen(sweepId: string): Promise<{ id: string; phase: RunPhase }[]>
  countByPhase(sweepId: string): Promise<PhaseCounts>
  /** The trial with the best finite last value among those that ended and did not fail. */
  best(sweepId: string, metric: string, direction: 'maximize' | 'minimize'): Promise<Best | undefined>
  /** Best finite last value over all trials, running ones too. */
  bestValue(sweepId: string, metric: string, direction: 'maximize' | 'minimize'): Promise<number | undefined>
  insert(runs: readonly NewRun[]): Promise<Run[]>
  /** False when the run has moved on since `version` was read, or may not go from its phase to the new one. */
  transition(run: Pick<Run, 'id' | 'version'>, phase: RunPhase, patch?: RunPatch): Promise<boolean>
  /** Marks open runs, one or all of a sweep, to be stopped; a decision made from an older version then fails. Returns their ids. */
  requestStop(which: { id: string } | { sweepId: string }, cause: StopCause): Promise<string[]>
  /** Sets fields that no decision hangs on, whatever the version. */
  annotate(
    id: string,
    patch: { params?: ValueMap; tags?: readonly string[]; waiting?: Waiting | null; lastHeardAt?: number; isCollected?: boolean },
  ): Promise<void>
}

export interface AttemptStore {
  get(runId: string, n: number): Promise<Attempt | undefined>
  latest(runId: string): Promise<Attempt | undefined>
  list(runId: string): Promise<Attempt[]>
  insert(attempts: readonly Omit<Attempt, 'state' | 'ending' | 'createdAt' | 'startedAt' | 'endedAt' | 'outputsPath'>[]): Promise<void>
  markLaunched(id: string, fields: { startedAt: number; outputsPath: string | null }): Promise<void>
  markEnded(id: string, ending: Ending, endedAt: number): Promise<void>
  /** Seconds the attempts of a sweep's trials ran, added up, and the end of the last one. */
  sweepTimes(sweepId: string): Promise<{ runSeconds: number; lastEndedAt: number | null }>
  listArtifacts(runId: string): Promise<ArtifactView[]>
  putArtifacts(runId: string, artifacts: readonly ArtifactView[]): Promise<void>
}

export interface SweepStore {
  get(id: string): Promise<Sweep | undefined>
  getByNumber(number: number): Promise<Sweep | undefined>
  list(page: { limit: number; before?: number }): Promise<Sweep[]>
  listUnfinished(): Promise<string[]>
  concurrencies(ids: readonly string[]): Promise<Map<string, number>>
  insert(sweep: Pick<Sweep, 'id' | 'plan' | 'planDigest' | 'seed' | 'host'>): Promise<Sweep>
  update(sweep: Pick<Sweep, 'id' | 'version'>, patch: Partial<Pick<Sweep, 'phase' | 'reason' | 'stopCause' | 'trialsCreated' | 'endedAt'>>): Promise<boolean>
}

export interface WriterState {
  readonly mark: number
  readonly lost: number
  readonly isClosed: boolean
}

export interface SeriesPoints {
  readonly name: string
  /** step, time in milliseconds, value; three numbers a point. */
  readonly points: Float64Array
}

export interface TrackingStore {
  /** Known from its first call on; undefined when it belongs to another run or attempt. */
  writer(id: string, runId: string, attempt: number): Promise<WriterState | undefined>
  putWriter(id: string, state: WriterState): Promise<void>
  delivery(runId: string): Promise<Map<number, { received: number; lost: number; isClosed: boolean }>>
  append(runId: string, series: readonly SeriesPoints[]): Promise<void>
  summaries(runIds: readonly string[]): Promise<Map<string, Map<string, Summary>>>
  /** Points from the `from`-th on, three numbers each; undefined when there is no such series. */
  points(runId: string, name: string, from: number, limit: number): Promise<Float64Array | undefined>
  buckets(runId: string, name: string, max: number): Promise<Bucket[] | undefined>
}

export interface EventStore {
  append(events: readonly NewEvent[]): Promise<void>
}

/** Everything the platform knows, one part per aggregate. The same parts serve reads and, inside `write`, changes. */
export interface Parts {
  readonly runs: RunStore
  readonly attempts: AttemptStore
  readonly sweeps: SweepStore
  readonly tracking: TrackingStore
  readonly events: EventStore
}

export interface Store {
  /** Reads see what is committed and never wait for a write. */
  readonly read: Parts
  /**
   * Runs the work in a transaction and returns once it is durable. Works that arrive together share one commit; one that
   * throws is rolled back alone; one that lost a race in the database runs again. No other I/O belongs inside.
   */
  write<T>(work: (parts: Parts) => Promise<T>): Promise<T>
}

/** What an executor is asked to run. */
export interface Launch {
  readonly attempt: Attempt
  readonly run: Run
  /** Variables for the process beside those of the executor's own machine. */
  readonly env: Readonly<Record<string, string>>
}

export type Observation =
  | { readonly state: 'absent' }
  | { readonly state: 'waiting' }
  /** `ranMs` is counted by a clock that nobody sets, where the executor has one. */
  | { readonly state: 'running'; readonly ranMs?: number }
  | { readonly state: 'ended'; readonly exitCode: number | null; readonly endedAt: number; readonly evidence: Evidence; readonly hasOutputs: boolean }

export interface Capacity {
  readonly cpu: number
  readonly memoryMib: number
  readonly devices: readonly string[]
  readonly runsMax: number
}

export interface LogPage {
  readonly bytes: Uint8Array
  readonly cursor: number
}

/** A place that executes attempts. Its own list is the truth about what runs. */
export interface Executor {
  /** Starts the attempt under its name; does nothing when it exists. Returns where its outputs go. */
  launch(launch: Launch): Promise<{ startedAt: number; outputsPath: string }>
  /** Names of all attempts that are alive. */
  list(): Promise<string[]>
  observe(name: string): Promise<Observation>
  /** Calls back with a name when something may have changed; a hint, never the truth. */
  watch(nudge: (name: string) => void): void
  /** Asks the whole process tree to end, forces it after `graceMs`; returns at once and may be repeated. */
  stop(name: string, graceMs: number): Promise<void>
  /** Output from a byte cursor on; `tailLines` or `since` choose a cursor when none is given. */
  readLog(name: string, from: { cursor?: number; tailLines?: number; since?: number }, limitBytes: number): Promise<LogPage>
  /** Files the attempt left in its outputs path. */
  listOutputs(name: string): Promise<Omit<ArtifactView, 'kind' | 'attempt'>[]>
  capacity(): Capacity
}

/** The disk that holds the data directory. */
export interface Storage {
  state(): { readonly level: StorageLevel; readonly floorMib: number }
}

/** An executor that can tell what attempts use of its machine. */
export interface UsageSource {
  /** Amounts by metric name for each attempt that is alive; also the moment to note how far its log is. */
  sampleUsage(names: readonly string[]): Promise<Map<string, Record<string, number>>>
}
