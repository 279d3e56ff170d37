import type { Event, NewEvent } from '../contract/events.ts'
import type { BestBy } from '../contract/measure.ts'
import type { Direction, ViewDefinition } from '../contract/project.ts'
import type { CommandPlan } from '../contract/plan.ts'
import type { Ending, Evidence } from '../contract/run.ts'
import type { RunPhase } from '../contract/phases.ts'
import type { Manifest } from '../contract/snapshot.ts'
import type { ArtifactView } from '../contract/tracking.ts'
import type { Field, Filter, Sort } from './filter/filter.ts'
import type { GroupRow } from './metrics/groups.ts'
import type { Bucket, PointSource, Summary } from './metrics/series.ts'
import type { StorageLevel } from './schedule/storage.ts'
import type {
  StopCause,
  RanOn,
  Run,
  NewRun,
  RunPatch,
  Attempt,
  AttemptRef,
  Sweep,
  NewSweep,
  SweepTrial,
  SweepResult,
  TrialOutcome,
  OpenTrial,
  PhaseCounts,
  QueuedRun,
  ActiveRun,
  ChartTrial,
  ChartAttempt,
} from './records.ts'

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

/** Which runs are meant: all conditions must hold. Runs in the trash are meant only with `isDeleted`. */
export interface RunScope {
  readonly filter?: Filter
  readonly projectId?: string
  readonly sweepId?: string
  readonly isDeleted?: boolean
}

export interface RunQuery extends RunScope {
  readonly sort: readonly Sort[]
  readonly limit: number
  /** `next` of the page before. */
  readonly cursor?: string
  /** Also say how many the whole list has. */
  readonly isCounted?: boolean
}

export interface RunPage {
  readonly runs: Run[]
  /** Of the page after; null on the last one. */
  readonly next: string | null
  /** How many the whole list has; null unless asked for. */
  readonly total: number | null
}

/** A name or a value that runs have, and how many of them. */
export interface Completion {
  readonly text: string
  readonly count: number
}

/** Questions over many runs. */
export interface RunSearch {
  /** Throws AppError `invalid` for a cursor of another order. */
  page(query: RunQuery): Promise<RunPage>
  count(scope: RunScope): Promise<number>
  countByPhase(scope: RunScope): Promise<PhaseCounts>
  /** Keys and figures of all runs that are meant, at most `limit` of them. */
  table(
    scope: RunScope,
    fields: { readonly keys: readonly Field[]; readonly values: readonly Field[] },
    limit: number,
  ): Promise<GroupRow[]>
  /** The first so many, oldest first. */
  ids(scope: RunScope, limit: number): Promise<string[]>
  /** Whether any run has this parameter or metric. */
  isKnown(kind: 'param' | 'metric', name: string): Promise<boolean>
  /** Names of parameters or metrics that begin so. */
  names(kind: 'param' | 'metric', prefix: string, limit: number): Promise<Completion[]>
  /** Of these names those that the latest `runs` of the runs that are meant have, with how many of them. */
  namesAmongLatest(
    kind: 'param' | 'metric',
    names: readonly string[],
    scope: RunScope,
    runs: number,
  ): Promise<Completion[]>
  /** Parameters that do not have one and the same value in all of the runs that are meant, which are so many; the commonest first. */
  varied(scope: RunScope, runs: number): Promise<Completion[]>
  /** Values of a parameter, or tags, that begin so. */
  values(field: Field, prefix: string, limit: number): Promise<Completion[]>
}

export interface Best {
  readonly run: Run
  readonly value: number
}

/** The measure of trials: one of the values of a metric. */
export interface Measure {
  readonly metric: string
  readonly part: BestBy
}

/** Trials that ended without a failure. */
export interface TrialEnds {
  /** They ran to their end. */
  readonly finished: number
  /** A rung or a stopping rule ended them before. */
  readonly early: number
  /** A person stopped them. */
  readonly stopped: number
}

/** What a sweep asks of its runs. */
export interface TrialStore {
  /** Executed runs of a sweep that have not ended. */
  listOpen(sweepId: string): Promise<OpenTrial[]>
  /** What trials have come to that the sweep's record does not say yet: they ended, or reached a rung. In the order of their ends. */
  listUnrecorded(sweepId: string, measure: Measure): Promise<(SweepResult & { readonly runId: string })[]>
  /** What all ended trials have come to, and how long they ran. */
  outcomes(sweepId: string, measure: Measure): Promise<TrialOutcome[]>
  /** Every trial, and every attempt of one that has begun, as charts need them. */
  chart(sweepId: string, measure: Measure): Promise<{ trials: ChartTrial[]; attempts: ChartAttempt[] }>
  /** Ids by trial index. */
  trialIds(sweepId: string): Promise<Map<number, string>>
  countByPhase(sweepId: string): Promise<PhaseCounts>
  /** Trials that ended without a failure, by who ended them. */
  countEnds(sweepId: string): Promise<TrialEnds>
  /**
   * Phases of the first trials from an index on that have come to something, in the order of their ends; those that rest at
   * a rung before all, those that a person stopped left out.
   */
  firstEnded(sweepId: string, from: number, limit: number): Promise<RunPhase[]>
  /** Trials that failed and are not in the trash, from an index on, lowest first. */
  failures(
    sweepId: string,
    from: number,
    limit: number,
  ): Promise<{ readonly id: string; readonly ending: Ending | null }[]>
  /** Which of these metrics any trial has reported. */
  reported(sweepId: string, metrics: readonly string[]): Promise<Set<string>>
  /** Metrics that the latest of its ended trials have reported; what the machine measured is left out. */
  metricNames(sweepId: string, limit: number): Promise<string[]>
  /** The trial with the best finite value among those that ended and did not fail. */
  best(sweepId: string, measure: Measure, direction: 'maximize' | 'minimize'): Promise<Best | undefined>
  /** Best finite value over all trials, running ones too. */
  bestValue(sweepId: string, measure: Measure, direction: 'maximize' | 'minimize'): Promise<number | undefined>
}

export interface RunStore {
  get(id: string): Promise<Run | undefined>
  getByNumber(number: number): Promise<Run | undefined>
  /** Ids of runs something is still to be done for. */
  listUnfinished(): Promise<string[]>
  /** Queued runs whose environment is not known yet or has just become ready, oldest first: those after a number, and of no sweep that is named. */
  listQueued(page: {
    readonly limit: number
    readonly after: number
    readonly exceptSweeps: readonly string[]
  }): Promise<QueuedRun[]>
  listActive(): Promise<ActiveRun[]>
  insert(runs: readonly NewRun[]): Promise<Run[]>
  /** False when the run has moved on since `version` was read, or may not go from its phase to the new one. */
  transition(run: Pick<Run, 'id' | 'version'>, phase: RunPhase, patch?: RunPatch): Promise<boolean>
  /** Marks open runs, one or all of a sweep, to be stopped; a decision made from an older version then fails. Returns their ids. */
  requestStop(which: { id: string } | { sweepId: string }, cause: StopCause): Promise<string[]>
  /** Lets paused runs, one or all of a sweep, wait for a place again, and takes back requests to pause. Returns their ids. */
  unpause(which: { id: string } | { sweepId: string }): Promise<string[]>
  /** Takes failed runs out of the trials of their sweep, which they still belong to: others are run in their place. */
  leaveTrials(ids: readonly string[]): Promise<void>
  /** Gives trials that have not had an attempt other code. */
  changeCode(sweepId: string, code: Pick<Run, 'snapshot' | 'host'>): Promise<void>
  /** Sets fields that no decision hangs on, whatever the version. */
  annotate(run: Pick<Run, 'id' | 'number'>, patch: RunNotes): Promise<void>
  /** Puts runs into the trash or takes them out. Those whose removal has begun stay. Returns their ids. */
  setDeleted(
    which: { id: string } | { sweepId: string } | { projectId: string },
    change: DeletionChange,
  ): Promise<string[]>
  /** Ended runs that have been in the trash since before a time, or whose removal has begun, by number; those after one. */
  listPurgeable(deletedBefore: number, page: { readonly after: number; readonly limit: number }): Promise<Run[]>
  /** Whether it is there and its removal has not begun. */
  isKept(id: string): Promise<boolean>
  /** Begins the removal of a run that has been in the trash since before a time; false for one that has come back meanwhile. */
  markPurged(id: string, deletedBefore: number): Promise<boolean>
  /** Removes a bounded piece of what a run left in the database; true once nothing is left of it. */
  purgeSome(run: Pick<Run, 'id' | 'number'>): Promise<boolean>
  /** Number of a run that has not ended and writes to the same outputs; undefined without one. */
  openHeir(run: Pick<Run, 'outputsOf'>): Promise<number | undefined>
  /** Whether a run that has not started yet is to begin with a copy of its outputs. */
  isWantedByCopy(id: string): Promise<boolean>
  /** Runs other than it that write to the same outputs. */
  countSharing(run: Pick<Run, 'id' | 'outputsOf'>): Promise<number>
  /** Which of these snapshots or environments any run still names. */
  stillNamed(column: 'snapshot' | 'environment', values: readonly string[]): Promise<Set<string>>
  /** Ids of queued runs that wait for an environment. */
  listWaitingFor(environment: string): Promise<string[]>
  /** Whether a run that has not ended needs an environment. */
  hasOpen(environment: string): Promise<boolean>
}

/** Into the trash at a time, or out of it: only what went there at just that time, where one is named. */
export type DeletionChange = { readonly deletedAt: number } | { readonly restored: true; readonly wentAt?: number }

export type RunNotes = Partial<
  Pick<
    Run,
    | 'params'
    | 'tags'
    | 'waiting'
    | 'lastHeardAt'
    | 'isCollected'
    | 'name'
    | 'note'
    | 'environment'
    | 'ranOn'
    | 'projectId'
  >
>

export interface AttemptStore {
  get(runId: string, n: number): Promise<Attempt | undefined>
  find(id: string): Promise<Attempt | undefined>
  latest(runId: string): Promise<Attempt | undefined>
  list(runId: string): Promise<Attempt[]>
  insert(
    attempts: readonly Omit<Attempt, 'state' | 'ending' | 'createdAt' | 'startedAt' | 'endedAt' | 'outputsPath'>[],
  ): Promise<void>
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
  list(page: {
    limit: number
    before?: number
    projectId?: string
    name?: string
    isDeleted?: boolean
  }): Promise<Sweep[]>
  listUnfinished(): Promise<string[]>
  /** What admission must know of sweeps. */
  limits(ids: readonly string[]): Promise<Map<string, SweepLimit>>
  insert(sweep: NewSweep): Promise<Sweep>
  /** Points in the order of their trials, from an index on. */
  trials(sweepId: string, from: number): Promise<SweepTrial[]>
  addTrials(sweepId: string, from: number, trials: readonly SweepTrial[]): Promise<void>
  /** Results in the order in which they were recorded, after the first `after`. */
  results(sweepId: string, after: number): Promise<SweepResult[]>
  addResults(sweepId: string, after: number, results: readonly SweepResult[]): Promise<void>
  update(sweep: Pick<Sweep, 'id' | 'version'>, patch: SweepPatch): Promise<boolean>
  setDeleted(which: { id: string } | { projectId: string }, change: DeletionChange): Promise<void>
  /** Ended sweeps of the trash without any trial left. */
  listPurgeable(deletedBefore: number, limit: number): Promise<Sweep[]>
  purge(id: string): Promise<void>
}

export interface SweepLimit {
  readonly concurrency: number
  readonly isPaused: boolean
}

export type SweepPatch = Partial<
  Pick<
    Sweep,
    | 'phase'
    | 'reason'
    | 'stopCause'
    | 'trialsCreated'
    | 'results'
    | 'budget'
    | 'endedAt'
    | 'concurrency'
    | 'isPaused'
    | 'failure'
    | 'judgedFrom'
    | 'snapshot'
    | 'host'
    | 'name'
    | 'note'
    | 'tags'
  >
>

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
  /** Points in the order in which their source wrote them; the first attempt's only one when left out. */
  append(run: Pick<Run, 'id' | 'number'>, series: readonly SeriesPoints[], source?: PointSource): Promise<void>
  /** By run, then by metric; only those of `names` where some are given. */
  summaries(runIds: readonly string[], names?: readonly string[]): Promise<Map<string, Map<string, Summary>>>
  /** Metrics that most of the runs have, by how many have them, then by name; what the machine measured is left out. */
  commonMetrics(runIds: readonly string[], limit: number): Promise<string[]>
  /** Points from the `from`-th on, three numbers each; undefined when there is no such series. */
  points(runId: string, name: string, from: number, limit: number): Promise<Float64Array | undefined>
  buckets(runId: string, name: string, max: number): Promise<Bucket[] | undefined>
}

export interface EventStore {
  append(events: readonly NewEvent[]): Promise<void>
  /** Events after a number, in their order. */
  after(seq: number, limit: number, about?: { readonly runId?: string; readonly sweepId?: string }): Promise<Event[]>
  latestSeq(): Promise<number>
}

export interface Project {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly createdAt: number
  readonly deletedAt: number | null
}

export interface SavedView extends ViewDefinition {
  readonly name: string
  readonly createdAt: number
}

export interface ProjectStore {
  get(id: string): Promise<Project | undefined>
  getByName(name: string): Promise<Project | undefined>
  list(isDeleted?: boolean): Promise<Project[]>
  insert(project: Pick<Project, 'id' | 'name' | 'description'>): Promise<Project>
  update(id: string, patch: Partial<Pick<Project, 'name' | 'description' | 'deletedAt'>>): Promise<void>
  /** Projects of the trash without any run or sweep. */
  listPurgeable(deletedBefore: number): Promise<Project[]>
  purge(id: string): Promise<void>
  /** Direction of each metric that has one. */
  directions(projectId: string): Promise<ReadonlyMap<string, Direction>>
  setDirection(projectId: string, metric: string, direction: Direction | null): Promise<void>
  views(projectId: string): Promise<SavedView[]>
  putView(projectId: string, name: string, definition: ViewDefinition): Promise<void>
  removeView(projectId: string, name: string): Promise<boolean>
}

/** A token of the person for programs. Times are milliseconds since 1970. */
export interface AccessToken {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export interface AccessTokenStore {
  /** Oldest first. */
  list(): Promise<AccessToken[]>
  findByHash(hash: string): Promise<AccessToken | undefined>
  insert(token: Pick<AccessToken, 'id' | 'name'> & { readonly hash: string }): Promise<AccessToken>
  /** It has been used now. */
  touch(id: string): Promise<void>
  remove(id: string): Promise<boolean>
}

/** The text a run or a sweep was compiled from. */
export interface SourceDocument {
  readonly sources: readonly { readonly file: string; readonly text: string }[]
  readonly params: Readonly<Record<string, string>>
}

/** What is known by its content, and what has been asked for under which id. */
export interface ContentStore {
  document(digest: string): Promise<SourceDocument | undefined>
  putDocument(digest: string, document: SourceDocument): Promise<void>
  snapshot(digest: string): Promise<SnapshotRecord | undefined>
  latestSnapshot(projectId: string): Promise<string | undefined>
  putSnapshot(snapshot: Omit<SnapshotRecord, 'createdAt'>): Promise<void>
  /** Snapshots made before a time, oldest first. */
  listSnapshots(createdBefore: number, limit: number): Promise<SnapshotRecord[]>
  removeSnapshot(digest: string): Promise<void>
  /** Digest of the request that first used an id; undefined for a new one. */
  creation(id: string): Promise<string | undefined>
  putCreation(id: string, digest: string): Promise<void>
  pruneCreations(before: number): Promise<void>
  /** A time that is remembered under a name; 0 when none is. */
  mark(name: Mark): Promise<number>
  setMark(name: Mark, at: number): Promise<void>
}

/** What a time is remembered of: when the trash was last emptied, when contents without a snapshot were last looked for. */
export type Mark = 'trash_emptied' | 'contents_swept'

export interface SnapshotRecord {
  readonly digest: string
  readonly files: number
  readonly sizeBytes: number
  readonly createdAt: number
}

export type EnvironmentState = 'building' | 'ready' | 'failed' | 'removed'

export interface EnvironmentRecord {
  readonly hash: string
  readonly state: EnvironmentState
  /** The latest run that builds or has built it. */
  readonly buildRunId: string
  readonly python: string
  /** What is installed in it, a line `name==version` each. */
  readonly packages: string | null
  readonly createdAt: number
  readonly lastUsedAt: number
}

export interface EnvironmentStore {
  get(hash: string): Promise<EnvironmentRecord | undefined>
  getByBuild(runId: string): Promise<EnvironmentRecord | undefined>
  list(): Promise<EnvironmentRecord[]>
  /** Sets it building under a run; inserts it when it is new. */
  putBuilding(environment: Pick<EnvironmentRecord, 'hash' | 'buildRunId' | 'python'>): Promise<void>
  update(hash: string, patch: Partial<Pick<EnvironmentRecord, 'state' | 'packages' | 'lastUsedAt'>>): Promise<void>
}

/** Everything the platform knows, one part per aggregate. The same parts serve reads and, inside `write`, changes. */
export interface Parts {
  readonly runs: RunStore
  readonly trials: TrialStore
  readonly search: RunSearch
  readonly attempts: AttemptStore
  readonly sweeps: SweepStore
  readonly tracking: TrackingStore
  readonly events: EventStore
  readonly projects: ProjectStore
  readonly content: ContentStore
  readonly environments: EnvironmentStore
  readonly accessTokens: AccessTokenStore
}

export interface Store {
  /**
   * Reads see what is committed. Those of points and summaries have the points that wait folded into their series first;
   * where the disk is too full for that, they answer without those points.
   */
  readonly read: Parts
  /** The same for decisions, which need all points: those reads throw where the points that wait cannot be folded. */
  readonly whole: Parts
  /** The same for questions that look at many rows: they never hold up anything else. */
  readonly scan: Parts
  /**
   * Runs the work in a transaction and returns once it is durable. Works that arrive together share one commit. A work may
   * run several times, each from the start: when another one of its commit throws, or when it lost a race in the database.
   * It changes nothing but the database, and no other I/O belongs inside.
   */
  write<T>(work: (parts: Parts) => Promise<T>): Promise<T>
  /** Hands a bounded piece of freed space back to the file system; false when there is none left. */
  releaseSpace(): Promise<boolean>
  /** What is wrong with the database itself; nothing, if all is well. */
  examine(): Promise<string[]>
  /** Calls back after each commit; a hint. Returns what ends that. */
  onCommit(callback: (written: ReadonlySet<string>) => void): () => void
}

/** Where a log is read from: a byte, so many lines before its end, or a time in milliseconds since 1970. The first that is given counts. */
export interface LogStart {
  readonly cursor?: number
  readonly tailLines?: number
  readonly since?: number
}

/** A run by its id, under a number that another database may have given, too. */
export type RunRef = Pick<Run, 'id' | 'number'>

/** What an executor is asked to run. */
export interface Launch {
  readonly attempt: Attempt
  readonly run: Run
  /** Name of its project. */
  readonly project: string
  /** Variables for the process beside those of the executor's own machine. */
  readonly env: Readonly<Record<string, string>>
  /** Folder with its code, to be copied; null: it works in the submitting folder itself. */
  readonly tree: string | null
  /** The run whose outputs this one's begin as a copy of. */
  readonly copiesOutputsOf: RunRef | null
  /** The run whose outputs this one writes to: itself, or one that it resumes. */
  readonly outputsOwner: RunRef
  /** A run that has written there before, whose folder still is, or leads to, the one that is written to; null where none has. */
  readonly goesOnWith: RunRef | null
}

export interface Launched {
  readonly startedAt: number
  readonly outputsPath: string
  readonly ranOn: RanOn
}

export type Observation =
  | { readonly state: 'absent' }
  | { readonly state: 'waiting' }
  /** `ranMs` is counted by a clock that nobody sets, where the executor has one. */
  | { readonly state: 'running'; readonly ranMs?: number }
  | {
      readonly state: 'ended'
      readonly exitCode: number | null
      /** Whether a signal ended the command, not what it ran; absent where that is not known. */
      readonly isKilled?: boolean
      readonly endedAt: number
      readonly evidence: Evidence
      readonly hasOutputs: boolean
    }

export interface Capacity {
  readonly cpu: number
  readonly memoryMib: number
  readonly devices: readonly string[]
  readonly runsMax: number
}

/** Bytes that were cut out of the middle of a log that is longer than its limit. */
export interface LogCut {
  readonly from: number
  readonly to: number
}

/** Bytes without a hole between them, and where they end. */
export interface LogPage {
  readonly bytes: Uint8Array
  readonly cursor: number
  readonly cut?: LogCut
}

/** A place that executes attempts. Its own list is the truth about what runs. */
export interface Executor {
  /** Starts the attempt under its name; does nothing when it exists. Returns where its outputs go. */
  launch(launch: Launch): Promise<Launched>
  /** Ids of all attempts that are alive, also those of another database. */
  list(): Promise<string[]>
  observe(attempt: Attempt): Promise<Observation>
  /** Calls back with an attempt's id when something may have changed; a hint, never the truth. */
  watch(nudge: (attemptId: string) => void): void
  /** Asks the whole process tree to end, forces it after `graceMs`; returns at once and may be repeated. */
  stop(attempt: AttemptRef, graceMs: number): Promise<void>
  /** Output from a byte cursor on; `tailLines` or `since` choose a cursor when none is given. */
  readLog(attempt: AttemptRef, from: LogStart, limitBytes: number): Promise<LogPage>
  /** Takes the secrets out of the log of an attempt that has ended, for good. May be repeated. */
  sealLog(attempt: AttemptRef): Promise<void>
  /** Files the attempt left in its outputs path. */
  listOutputs(attempt: AttemptRef): Promise<{
    readonly files: readonly Omit<ArtifactView, 'kind' | 'attempt'>[]
    readonly unreadable: readonly string[]
  }>
  /** Bytes of a file of a run's outputs by its listed path; undefined when it is gone or not a plain file inside them. */
  openOutput(run: RunRef, path: string): Promise<ReadableStream<Uint8Array> | undefined>
  /** Removes the files of attempts and, unless another run still writes there, of their run's outputs. May be repeated. */
  purge(what: {
    attempts: readonly Attempt[]
    run: RunRef & Pick<Run, 'outputsOf' | 'origin'>
    keepsOutputs: boolean
  }): Promise<void>
  /** Removes working copies of attempts that ended before a time. */
  removeWorkCopies(endedBefore: number): Promise<number>
  capacity(): Capacity
}

/** Contents by their SHA-256 and folders unpacked from them. */
export interface CodeStore {
  /** One work at a time: what decides by the contents that are kept, and what removes them. */
  alone<T>(work: () => Promise<T>): Promise<T>
  /** Which of these are not kept. */
  missing(hashes: readonly string[]): Promise<string[]>
  /** Takes contents framed as `SHA256 SIZE` lines with their bytes behind; throws AppError for one whose hash is wrong. */
  putAll(bytes: AsyncIterable<Uint8Array>): Promise<number>
  put(hash: string, content: Uint8Array): Promise<void>
  read(hash: string): Promise<Uint8Array | undefined>
  /** The folder of a manifest, unpacked if it is not yet; asked twice at once it is unpacked once. */
  checkOut(digest: string, manifest: Manifest): Promise<{ path: string; isNew: boolean }>
  /** Removes folders that nobody has asked for since a time, and what a write that was cut short has left since another one. */
  removeStale(unusedSince: number, brokenSince: number): Promise<void>
  /** Removes contents older than a time that are not among those to keep. */
  removeBlobs(olderThan: number, keep: (hash: string) => boolean): Promise<number>
}

/** Python environments by hash. */
export interface EnvironmentBuilder {
  /** What builds an environment when it is run; it does nothing where the environment is ready. */
  command(environment: { hash: string; python: string; steps: readonly string[] }): CommandPlan
  /** What is installed in a ready environment; undefined for one that is not ready. */
  packages(hash: string): Promise<string | undefined>
  remove(hash: string): Promise<void>
}

/** The disk that holds the data directory. */
export interface Storage {
  state(): { readonly level: StorageLevel; readonly floorMib: number }
}

/** An executor that can tell what attempts use of its machine. */
export interface UsageSource {
  /** Amounts by metric name for each attempt that is alive, by its id; also the moment to note how far its log is. */
  sampleUsage(attempts: readonly AttemptRef[]): Promise<Map<string, Record<string, number>>>
}
