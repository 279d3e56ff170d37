import type { Event, NewEvent } from '../contract/events.ts'
import type { BestBy } from '../contract/measure.ts'
import type { Direction, SavedViewDefinition } from '../contract/project.ts'
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

/** The current time and timers. Times are milliseconds since 1970. */
export interface Clock {
  now(): number
  /** Calls back once after `delayMs`. The returned function cancels the call. */
  after(delayMs: number, callback: () => void): () => void
}

/** Source of ids, random numbers and digests. */
export interface Ids {
  /** Returns a new UUID of version 7. */
  uuid(): string
  /** Returns a random number in [0, 1). */
  random(): number
  /** Returns the hex SHA-256 of a text. */
  digest(text: string): string
}

/** The server's log. `fields` are logged as JSON beside the message. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/**
 * Selects runs. All conditions must hold. With `isDeleted` the runs in the trash are selected, otherwise the others.
 */
export interface RunScope {
  readonly filter?: Filter
  readonly projectId?: string
  readonly sweepId?: string
  readonly isDeleted?: boolean
}

/** Selects one page of the run list. */
export interface RunQuery extends RunScope {
  /** Most significant key first. Runs without a value come last; ties are sorted by number, newest first. */
  readonly sort: readonly Sort[]
  readonly limit: number
  /** `next` of the previous page. */
  readonly cursor?: string
  /** Whether to count the whole list, too. */
  readonly isCounted?: boolean
}

/** A page of the run list. */
export interface RunPage {
  readonly runs: Run[]
  /** Cursor of the next page; null on the last one. */
  readonly next: string | null
  /** Number of runs in the whole list; null unless `isCounted`. */
  readonly total: number | null
}

/** A name or a value, and the number of runs that have it. */
export interface Completion {
  readonly text: string
  readonly count: number
}

/** Queries over many runs: the run list, groups, and filter completion. */
export interface RunQueries {
  /** Returns a page of the run list. Throws AppError `invalid` for a cursor of another order. */
  listPage(query: RunQuery): Promise<RunPage>
  count(scope: RunScope): Promise<number>
  countByPhase(scope: RunScope): Promise<PhaseCounts>
  /** Returns the fields of at most `limit` selected runs: `keys` as texts, `listValues` as numbers. */
  readTable(
    scope: RunScope,
    fields: { readonly keys: readonly Field[]; readonly listValues: readonly Field[] },
    limit: number,
  ): Promise<GroupRow[]>
  /** Returns the ids of the oldest `limit` selected runs, oldest first. */
  listIds(scope: RunScope, limit: number): Promise<string[]>
  /** Whether any run has a parameter or a metric of this name. */
  hasName(kind: 'param' | 'metric', name: string): Promise<boolean>
  /** Returns names of parameters or metrics that begin with `prefix`. */
  listNames(kind: 'param' | 'metric', prefix: string, limit: number): Promise<Completion[]>
  /**
   * Counts, for each of `listNames`, the runs that have it among the latest `runs` selected runs. Names of no run are left
   * out.
   */
  countNamesAmongLatest(
    kind: 'param' | 'metric',
    listNames: readonly string[],
    scope: RunScope,
    runs: number,
  ): Promise<Completion[]>
  /**
   * Returns parameters whose value differs among the selected runs or that some of them lack, the most common first.
   * `runs` is the number of selected runs.
   */
  listVaried(scope: RunScope, runs: number): Promise<Completion[]>
  /** Returns values of a parameter, or tags, that begin with `prefix`; nothing for other fields. */
  listValues(field: Field, prefix: string, limit: number): Promise<Completion[]>
}

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
  findBest(sweepId: string, measure: Measure, direction: 'maximize' | 'minimize'): Promise<Best | undefined>
  /** Returns the best finite value over the trials of all phases. */
  findBestValue(sweepId: string, measure: Measure, direction: 'maximize' | 'minimize'): Promise<number | undefined>
}

/** Reads and writes runs. */
export interface RunStore {
  get(id: string): Promise<Run | undefined>
  getByNumber(number: number): Promise<Run | undefined>
  /** Returns the ids of runs that have not ended, or have ended and are not collected. */
  listUnfinished(): Promise<string[]>
  /**
   * Returns queued runs with a number above `listAfter`, oldest first. Leaves out the sweeps in `exceptSweeps`, and runs
   * whose environment is being built by another run.
   */
  listQueued(page: {
    readonly limit: number
    readonly after: number
    readonly exceptSweeps: readonly string[]
  }): Promise<QueuedRun[]>
  /** Returns the runs that occupy a place on the machine. */
  listActive(): Promise<ActiveRun[]>
  /** Inserts runs with ascending numbers and returns them in the same order. */
  insert(runs: readonly NewRun[]): Promise<Run[]>
  /**
   * Sets the phase of a run. Returns false if the run has changed since `version` was read, or if it may not go from
   * its phase to the new one.
   */
  transition(run: Pick<Run, 'id' | 'version'>, phase: RunPhase, patch?: RunPatch): Promise<boolean>
  /**
   * Requests the stop of open runs, one or all of a sweep. Decisions made from an older version then fail. An existing
   * request stays, but a stop replaces a pause. Returns the ids of the changed runs.
   */
  requestStop(which: { id: string } | { sweepId: string }, cause: StopCause): Promise<string[]>
  /**
   * Queues paused runs, one or all of a sweep, and withdraws requests to pause that are not carried out yet. Trials at
   * a rung stay paused. Returns the ids of the changed runs.
   */
  unpause(which: { id: string } | { sweepId: string }): Promise<string[]>
  /**
   * Removes failed runs from the trials of their sweep, so that new runs can take their indices. The failed runs still
   * belong to the sweep.
   */
  removeFromTrials(ids: readonly string[]): Promise<void>
  /** Sets other code for the trials of a sweep that have not had an attempt. */
  changeCode(sweepId: string, code: Pick<Run, 'snapshot' | 'host'>): Promise<void>
  /** Sets fields that no decision depends on, whatever the version. */
  annotate(run: Pick<Run, 'id' | 'number'>, patch: RunNotes): Promise<void>
  /**
   * Moves runs into the trash or out of it. Runs whose final removal has begun stay. Returns the ids of the changed
   * runs.
   */
  setDeleted(
    which: { id: string } | { sweepId: string } | { projectId: string },
    change: DeletionChange,
  ): Promise<string[]>
  /**
   * Returns runs that can be removed for good, by number from above `listAfter`: collected runs that have been in the trash
   * since before a time, or whose removal has begun. Leaves out runs whose outputs are still to be copied.
   */
  listPurgeable(deletedBefore: number, page: { readonly after: number; readonly limit: number }): Promise<Run[]>
  /** Whether the run exists and its final removal has not begun. */
  isNotPurged(id: string): Promise<boolean>
  /**
   * Begins the final removal of a run that has been in the trash since before a time. Returns false if the run was
   * restored in the meantime.
   */
  beginPurge(id: string, deletedBefore: number): Promise<boolean>
  /** Removes a bounded part of a run's rows. Returns true once none is left. */
  purgePart(run: Pick<Run, 'id' | 'number'>): Promise<boolean>
  /** Returns the number of a run that has not ended and writes to the same outputs; undefined where there is none. */
  findUnfinishedUserOfOutputs(run: Pick<Run, 'outputsOwnerNumber'>): Promise<number | undefined>
  /** Whether a run that has not started yet will begin with a copy of this run's outputs. */
  isToBeCopied(id: string): Promise<boolean>
  /** Counts the other runs that write to the same outputs. */
  countOthersSharingOutputs(run: Pick<Run, 'id' | 'outputsOwnerNumber'>): Promise<number>
  /** Returns those of `listValues` that a run refers to, or, for snapshots, a run or a sweep. */
  findReferenced(column: 'snapshot' | 'environment', values: readonly string[]): Promise<Set<string>>
  /** Returns the ids of queued runs that need an environment. */
  listWaitingFor(environment: string): Promise<string[]>
  /** Whether any run that has not ended needs an environment. */
  hasUnfinishedRun(environment: string): Promise<boolean>
}

/**
 * Moves into the trash at a time, or out of it. With `onlyDeletedAt`, only items that were moved into the trash at exactly
 * that time are restored.
 */
export type DeletionChange =
  | { readonly deletedAt: number }
  | { readonly restored: true; readonly onlyDeletedAt?: number }

/** Fields of a run that no decision depends on. */
export type RunNotes = Partial<
  Pick<
    Run,
    | 'params'
    | 'tags'
    | 'waiting'
    | 'lastReceivedAt'
    | 'isCollected'
    | 'name'
    | 'note'
    | 'environment'
    | 'ranOn'
    | 'projectId'
  >
>

/** Reads and writes attempts, and the files they left. */
export interface AttemptStore {
  get(runId: string, n: number): Promise<Attempt | undefined>
  find(id: string): Promise<Attempt | undefined>
  findLatest(runId: string): Promise<Attempt | undefined>
  list(runId: string): Promise<Attempt[]>
  insert(
    attempts: readonly Omit<Attempt, 'state' | 'ending' | 'createdAt' | 'startedAt' | 'endedAt' | 'outputsPath'>[],
  ): Promise<void>
  markLaunched(id: string, fields: { startedAt: number; outputsPath: string | null }): Promise<void>
  markEnded(id: string, ending: Ending, endedAt: number): Promise<void>
  /** Returns the running time of all ended attempts of a sweep, added up, and the end of the last one. */
  readSweepTimes(sweepId: string): Promise<{ runSeconds: number; lastEndedAt: number | null }>
  listArtifacts(runId: string): Promise<ArtifactView[]>
  /** Inserts or replaces files by path. A file of an earlier attempt does not replace that of a later one. */
  putArtifacts(runId: string, artifacts: readonly ArtifactView[]): Promise<void>
}

/** Reads and writes sweeps, their points and their results. */
export interface SweepStore {
  get(id: string): Promise<Sweep | undefined>
  getByNumber(number: number): Promise<Sweep | undefined>
  /** Returns a page of sweeps, newest first: those with a number below `before` whose name contains `name`. */
  list(page: {
    limit: number
    before?: number
    projectId?: string
    name?: string
    isDeleted?: boolean
  }): Promise<Sweep[]>
  /** Returns the ids of sweeps that are running or stopping. */
  listUnfinished(): Promise<string[]>
  /** Returns the limits that admission needs, by sweep id. */
  listLimits(ids: readonly string[]): Promise<Map<string, SweepLimit>>
  insert(sweep: NewSweep): Promise<Sweep>
  /** Returns the points of trials with index `from` or above, by index. */
  listTrials(sweepId: string, from: number): Promise<SweepTrial[]>
  /** Inserts points; `from` is the trial index of the first. */
  addTrials(sweepId: string, from: number, listTrials: readonly SweepTrial[]): Promise<void>
  /** Returns the results after the first `listAfter`, in the order in which they were recorded. */
  listResults(sweepId: string, after: number): Promise<SweepResult[]>
  /** Appends results to a record that has `listAfter` of them. */
  addResults(sweepId: string, after: number, listResults: readonly SweepResult[]): Promise<void>
  /** Returns false if the sweep has changed since `version` was read. */
  update(sweep: Pick<Sweep, 'id' | 'version'>, patch: SweepPatch): Promise<boolean>
  setDeleted(which: { id: string } | { projectId: string }, change: DeletionChange): Promise<void>
  /** Returns ended sweeps in the trash that have no run left. */
  listPurgeable(deletedBefore: number, limit: number): Promise<Sweep[]>
  purge(id: string): Promise<void>
}

/** The limits of a sweep on the start of its trials. */
export interface SweepLimit {
  readonly concurrency: number
  readonly isPaused: boolean
}

/** Fields of a sweep that can change. */
export type SweepPatch = Partial<
  Pick<
    Sweep,
    | 'phase'
    | 'reason'
    | 'stopCause'
    | 'trialsCreated'
    | 'resultCount'
    | 'budget'
    | 'endedAt'
    | 'concurrency'
    | 'isPaused'
    | 'failure'
    | 'failureCheckFrom'
    | 'snapshot'
    | 'host'
    | 'name'
    | 'note'
    | 'tags'
  >
>

/** Delivery state of a writer. */
export interface WriterState {
  /** Number of the last acknowledged record; records are numbered from 1. */
  readonly lastSequence: number
  /** Number of records that the writer has given up. */
  readonly lost: number
  /** Whether the writer will send no further record. */
  readonly isClosed: boolean
}

/** Points of one metric. */
export interface SeriesPoints {
  readonly name: string
  /** Three numbers per point: step, time in milliseconds since 1970, value. */
  readonly points: Float64Array
}

/** Reads and writes points, metric summaries and the state of writers. */
export interface TrackingStore {
  /**
   * Returns the state of a writer and creates it on the first call; undefined where it belongs to another run or
   * attempt.
   */
  openWriter(id: string, runId: string, attempt: number): Promise<WriterState | undefined>
  putWriter(id: string, state: WriterState): Promise<void>
  /** Returns by attempt how many records were received and given up, and whether all its writers are closed. */
  readDelivery(runId: string): Promise<Map<number, { received: number; lost: number; isClosed: boolean }>>
  /** Appends points in the order in which their source wrote them. The default source is `ONLY_SOURCE`. */
  appendPoints(run: Pick<Run, 'id' | 'number'>, series: readonly SeriesPoints[], source?: PointSource): Promise<void>
  /** Returns metric summaries by run id and metric; with `listNames`, of these metrics only. */
  listSummaries(runIds: readonly string[], names?: readonly string[]): Promise<Map<string, Map<string, Summary>>>
  /**
   * Returns the metrics that most of the runs have, the most common first, then by name, without those that the server
   * measures (`system.*`).
   */
  listCommonMetrics(runIds: readonly string[], limit: number): Promise<string[]>
  /**
   * Returns at most `limit` points from index `from` on, three numbers each; undefined where the run has no such
   * series.
   */
  readPoints(runId: string, name: string, from: number, limit: number): Promise<Float64Array | undefined>
  /** Returns a series as at most `max` buckets; undefined where the run has no such series. */
  readBuckets(runId: string, name: string, max: number): Promise<Bucket[] | undefined>
}

/** The history of runs, sweeps and projects. */
export interface EventStore {
  append(events: readonly NewEvent[]): Promise<void>
  /** Returns events with a number above `seq`, in order. */
  listAfter(
    seq: number,
    limit: number,
    about?: { readonly runId?: string; readonly sweepId?: string },
  ): Promise<Event[]>
  /** Returns the number of the last event. */
  findLatestSeq(): Promise<number>
}

/** A project. Times are milliseconds since 1970. */
export interface Project {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly createdAt: number
  readonly deletedAt: number | null
}

/** A saved view of the run list. */
export interface SavedView extends SavedViewDefinition {
  readonly name: string
  readonly createdAt: number
}

/** Reads and writes projects, the directions of their metrics, and saved views. */
export interface ProjectStore {
  get(id: string): Promise<Project | undefined>
  getByName(name: string): Promise<Project | undefined>
  list(isDeleted?: boolean): Promise<Project[]>
  insert(project: Pick<Project, 'id' | 'name' | 'description'>): Promise<Project>
  update(id: string, patch: Partial<Pick<Project, 'name' | 'description' | 'deletedAt'>>): Promise<void>
  /** Returns projects that have been in the trash since before a time and have no run and no sweep left. */
  listPurgeable(deletedBefore: number): Promise<Project[]>
  purge(id: string): Promise<void>
  /** Returns the direction of each metric that has one. */
  listDirections(projectId: string): Promise<ReadonlyMap<string, Direction>>
  setDirection(projectId: string, metric: string, direction: Direction | null): Promise<void>
  listViews(projectId: string): Promise<SavedView[]>
  putView(projectId: string, name: string, definition: SavedViewDefinition): Promise<void>
  /** Returns false where there is no such view. */
  removeView(projectId: string, name: string): Promise<boolean>
}

/** A token with which a program acts for the person. Times are milliseconds since 1970. */
export interface AccessToken {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

/** Reads and writes access tokens; only their hashes are stored. */
export interface AccessTokenStore {
  /** Returns all tokens, oldest first. */
  list(): Promise<AccessToken[]>
  findByHash(hash: string): Promise<AccessToken | undefined>
  insert(token: Pick<AccessToken, 'id' | 'name'> & { readonly hash: string }): Promise<AccessToken>
  /** Sets the time of last use to now. */
  touch(id: string): Promise<void>
  /** Returns false where there is no such token. */
  remove(id: string): Promise<boolean>
}

/** The text that a run or a sweep was compiled from: sources in the order of merging, then parameters. */
export interface SourceDocument {
  readonly sources: readonly { readonly file: string; readonly text: string }[]
  readonly params: Readonly<Record<string, string>>
}

/**
 * Reads and writes documents and snapshots by digest, the ids of requests that created something, and times of
 * clean-up.
 */
export interface ContentStore {
  document(digest: string): Promise<SourceDocument | undefined>
  putDocument(digest: string, document: SourceDocument): Promise<void>
  snapshot(digest: string): Promise<SnapshotRecord | undefined>
  /** Returns the snapshot of the project's latest run that has one. */
  latestSnapshot(projectId: string): Promise<string | undefined>
  /**
   * Inserts a snapshot, or resets `createdAt` of the existing one: the janitor then keeps it until the run being
   * submitted refers to it.
   */
  putSnapshot(snapshot: Omit<SnapshotRecord, 'createdAt'>): Promise<void>
  /** Returns snapshots created before a time, oldest first. */
  listSnapshots(createdBefore: number, limit: number): Promise<SnapshotRecord[]>
  removeSnapshot(digest: string): Promise<void>
  /** Returns the digest of the request that first used an id; undefined where no request has. */
  creation(id: string): Promise<string | undefined>
  putCreation(id: string, digest: string): Promise<void>
  pruneCreations(before: number): Promise<void>
  /** Returns the time stored under a name; 0 where there is none. */
  mark(name: Mark): Promise<number>
  setMark(name: Mark, at: number): Promise<void>
}

/**
 * Name of a stored time: `trash_emptied`, when the trash was last emptied; `contents_swept`, when contents that no
 * snapshot has were last removed.
 */
export type Mark = 'trash_emptied' | 'contents_swept'

/** A snapshot: its digest, the number of its files and their total size. */
export interface SnapshotRecord {
  readonly digest: string
  readonly files: number
  readonly sizeBytes: number
  readonly createdAt: number
}

export type EnvironmentState = 'building' | 'ready' | 'failed' | 'removed'

/** An environment and the state of its build. */
export interface EnvironmentRecord {
  readonly hash: string
  readonly state: EnvironmentState
  /** The run that builds it, or that built it last. */
  readonly buildRunId: string
  /** Version of its Python. */
  readonly python: string
  /** Installed packages, one `name==version` per line; null before the first successful build. */
  readonly packages: string | null
  readonly createdAt: number
  readonly lastUsedAt: number
}

/** Reads and writes environments. The row of an environment is the lock against building it twice. */
export interface EnvironmentStore {
  get(hash: string): Promise<EnvironmentRecord | undefined>
  getByBuild(runId: string): Promise<EnvironmentRecord | undefined>
  list(): Promise<EnvironmentRecord[]>
  /** Sets the state to `building` under a run; inserts the environment if it is new. */
  putBuilding(environment: Pick<EnvironmentRecord, 'hash' | 'buildRunId' | 'python'>): Promise<void>
  update(hash: string, patch: Partial<Pick<EnvironmentRecord, 'state' | 'packages' | 'lastUsedAt'>>): Promise<void>
}

/** All stored data, one part per aggregate. The same parts serve reads and, inside `write`, changes. */
export interface Parts {
  readonly runs: RunStore
  readonly trials: TrialStore
  readonly runQueries: RunQueries
  readonly attempts: AttemptStore
  readonly sweeps: SweepStore
  readonly tracking: TrackingStore
  readonly events: EventStore
  readonly projects: ProjectStore
  readonly content: ContentStore
  readonly environments: EnvironmentStore
  readonly accessTokens: AccessTokenStore
}

/** The database of the server. */
export interface Store {
  /**
   * Reads committed data. Reads of points and summaries first fold the waiting points into their series. Where the disk
   * is full, or this server may not write any more, they answer without the waiting points.
   */
  readonly read: Parts
  /** Like `read`, for decisions that need all points: these reads throw where the waiting points cannot be folded. */
  readonly readComplete: Parts
  /** Like `read`, for queries over many rows, which must not delay other reads and writes. */
  readonly scan: Parts
  /**
   * Runs `work` in a transaction and returns once the commit is durable. Works that arrive together share one commit. A
   * work may run several times, each time from the start: when another work of its commit throws, or when the
   * transaction lost a race in the database. A work changes nothing but the database and does no other I/O.
   */
  write<T>(work: (parts: Parts) => Promise<T>): Promise<T>
  /** Returns a bounded amount of freed space to the file system; false once there is none left. */
  releaseSpace(): Promise<boolean>
  /** Checks the database and returns a description of each fault. */
  examine(): Promise<string[]>
  /**
   * Calls back after each commit with the ids of runs whose points, parameters, tags or files it wrote. The returned
   * function unsubscribes.
   */
  onCommit(callback: (written: ReadonlySet<string>) => void): () => void
}

/**
 * Where to begin reading a log: at a byte, a number of lines before the end, or a time in milliseconds since 1970. The
 * first of the three that is set counts.
 */
export interface LogStart {
  readonly cursor?: number
  readonly tailLines?: number
  readonly since?: number
}

/** The fields by which an executor finds the files of a run. Another database may have given the same number. */
export type RunRef = Pick<Run, 'id' | 'number'>

/** Everything that an executor needs to start an attempt. */
export interface Launch {
  readonly attempt: Attempt
  readonly run: Run
  /** Name of the run's project. */
  readonly project: string
  /** Variables for the process besides those of the executor's machine. */
  readonly env: Readonly<Record<string, string>>
  /** Folder with the run's code, to be copied; null where the run works in the folder it was submitted from. */
  readonly tree: string | null
  /** The run whose outputs are copied before the start; null where nothing is copied. */
  readonly copySource: RunRef | null
  /** The run that owns the outputs folder: this run, or the one that it resumes. */
  readonly outputsOwner: RunRef
  /**
   * A run that has already written to these outputs; its folder is the outputs folder or links to it. Null where no run
   * has.
   */
  readonly existingOutputsOf: RunRef | null
}

/** Facts about a started attempt. */
export interface Launched {
  readonly startedAt: number
  readonly outputsPath: string
  readonly ranOn: RanOn
}

/**
 * The state of an attempt on its executor. `absent`: never started, or no trace left; `waiting`: started, but its
 * command has not begun.
 */
export type Observation =
  | { readonly state: 'absent' }
  | { readonly state: 'waiting' }
  /** `ranMs` is measured with a clock that cannot be set; absent where the executor has no such clock. */
  | { readonly state: 'running'; readonly ranMs?: number }
  | {
      readonly state: 'ended'
      readonly exitCode: number | null
      /** Whether a signal ended the command itself, not a program that it ran; absent where that is unknown. */
      readonly isKilled?: boolean
      readonly endedAt: number
      readonly evidence: Evidence
      readonly hasOutputs: boolean
    }

/** The resources of the machine; `runsMax` is the largest number of runs at once. */
export interface Capacity {
  readonly cpu: number
  readonly memoryMib: number
  readonly devices: readonly string[]
  readonly runsMax: number
}

/** Byte range that was cut out of the middle of a log because the log exceeded its size limit. */
export interface LogCut {
  readonly from: number
  readonly to: number
}

/** Consecutive bytes of a log; `cursor` is the offset of the byte after them. */
export interface LogPage {
  readonly bytes: Uint8Array
  readonly cursor: number
  readonly cut?: LogCut
}

/** A place that executes attempts. Its own list decides what is running, not the database. */
export interface Executor {
  /** Starts the attempt under its name; does nothing if it is started already. Returns the folder of its outputs. */
  launch(launch: Launch): Promise<Launched>
  /** Returns the ids of all running attempts, also of those that belong to another database. */
  list(): Promise<string[]>
  /** Returns the current state of an attempt. */
  observe(attempt: Attempt): Promise<Observation>
  /**
   * Sets the function to call with the id of an attempt that may have changed. The call says nothing about the state.
   */
  watch(nudge: (attemptId: string) => void): void
  /** Signals the whole process tree to end and kills it after `graceMs`. Returns at once; can be repeated. */
  stop(attempt: AttemptRef, graceMs: number): Promise<void>
  /**
   * Returns output from a byte offset on, secrets masked. `tailLines` or `since` choose the offset when no cursor is
   * given.
   */
  readLog(attempt: AttemptRef, from: LogStart, limitBytes: number): Promise<LogPage>
  /** Removes the secrets from the log of an ended attempt for good. Can be repeated. */
  sealLog(attempt: AttemptRef): Promise<void>
  /** Lists the files that the attempt left in its outputs folder, and the paths that could not be read. */
  listOutputs(attempt: AttemptRef): Promise<{
    readonly files: readonly Omit<ArtifactView, 'kind' | 'attempt'>[]
    readonly unreadable: readonly string[]
  }>
  /**
   * Returns the bytes of a file in a run's outputs by its listed path; undefined where there is no plain file inside
   * the outputs folder.
   */
  openOutput(run: RunRef, path: string): Promise<ReadableStream<Uint8Array> | undefined>
  /** Removes the files of attempts and, unless `keepsOutputs`, the outputs of their run. Can be repeated. */
  purge(what: {
    attempts: readonly Attempt[]
    run: RunRef & Pick<Run, 'outputsOwnerNumber' | 'origin'>
    keepsOutputs: boolean
  }): Promise<void>
  /** Removes working copies of attempts that ended before a time. Returns how many. */
  removeWorkCopies(endedBefore: number): Promise<number>
  capacity(): Capacity
}

/** Contents by their SHA-256, and folders unpacked from them. */
export interface CodeStore {
  /** Runs one work at a time. For works that decide by the stored contents, and for works that remove contents. */
  runExclusively<T>(work: () => Promise<T>): Promise<T>
  /** Returns those of `hashes` whose content is not stored. */
  listMissing(hashes: readonly string[]): Promise<string[]>
  /**
   * Stores contents from a stream, each after a line `SHA256 SIZE`. Returns how many. Throws AppError `invalid` for a
   * content with a wrong hash.
   */
  putAll(bytes: AsyncIterable<Uint8Array>): Promise<number>
  put(hash: string, content: Uint8Array): Promise<void>
  read(hash: string): Promise<Uint8Array | undefined>
  /**
   * Returns the folder with the files of a manifest, unpacked if it is not there yet. Concurrent calls unpack it once.
   */
  checkOut(digest: string, manifest: Manifest): Promise<{ path: string; isNew: boolean }>
  /**
   * Removes folders that were not used since `unusedSince`, and files of interrupted writes from before `brokenSince`.
   */
  removeStale(unusedSince: number, brokenSince: number): Promise<void>
  /** Removes contents older than a time that `keep` does not accept. Returns how many. */
  removeBlobs(olderThan: number, keep: (hash: string) => boolean): Promise<number>
}

/** Builds virtual environments; their hash is their name. */
export interface EnvironmentBuilder {
  /** Returns the command that builds an environment. The command does nothing where the environment is ready. */
  toBuildCommand(environment: { hash: string; python: string; steps: readonly string[] }): CommandPlan
  /** Returns the packages of a ready environment, one per line; undefined where it is not ready. */
  readPackages(hash: string): Promise<string | undefined>
  remove(hash: string): Promise<void>
}

/** The disk that holds the data directory. Nothing starts while its free space is below `floorMib`. */
export interface Storage {
  getState(): { readonly level: StorageLevel; readonly floorMib: number }
}

/** An executor that can measure how much of its machine attempts use. */
export interface UsageSource {
  /**
   * Returns measured amounts by metric name for each running attempt, by attempt id. Also records the current length of
   * each log, for reads by time.
   */
  sampleUsage(attempts: readonly AttemptRef[]): Promise<Map<string, Record<string, number>>>
}
