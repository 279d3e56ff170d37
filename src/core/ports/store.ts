import type { AccessTokenStore } from './access-token-store.ts'
import type { AttemptStore } from './attempt-store.ts'
import type { DocumentStore } from './document-store.ts'
import type { EnvironmentStore } from './environment-store.ts'
import type { EventStore } from './event-store.ts'
import type { MaintenanceStore } from './maintenance-store.ts'
import type { OutputRecordStore } from './output-record-store.ts'
import type { ProjectStore } from './project-store.ts'
import type { RequestStore } from './request-store.ts'
import type { RunQueries } from './run-queries.ts'
import type { RunReferenceStore } from './run-reference-store.ts'
import type { RunRequestStore } from './run-request-store.ts'
import type { RunStore } from './run-store.ts'
import type { RunTrashStore } from './run-trash-store.ts'
import type { SavedViewStore } from './saved-view-store.ts'
import type { SnapshotStore } from './snapshot-store.ts'
import type { SweepHistoryStore } from './sweep-history-store.ts'
import type { SweepStore } from './sweep-store.ts'
import type { TrackingStore } from './tracking-store.ts'
import type { TrialMetricStore } from './trial-metric-store.ts'
import type { TrialStore } from './trial-store.ts'

/** All stored data, one store per aggregate. The same interfaces serve reads and, inside `write`, changes. */
export interface Stores {
  readonly runs: RunStore
  readonly runRequests: RunRequestStore
  readonly runTrash: RunTrashStore
  readonly runReferences: RunReferenceStore
  readonly trials: TrialStore
  readonly trialMetrics: TrialMetricStore
  readonly runQueries: RunQueries
  readonly attempts: AttemptStore
  readonly outputs: OutputRecordStore
  readonly sweeps: SweepStore
  readonly sweepHistory: SweepHistoryStore
  readonly tracking: TrackingStore
  readonly events: EventStore
  readonly projects: ProjectStore
  readonly savedViews: SavedViewStore
  readonly documents: DocumentStore
  readonly snapshots: SnapshotStore
  readonly requests: RequestStore
  readonly maintenance: MaintenanceStore
  readonly environments: EnvironmentStore
  readonly accessTokens: AccessTokenStore
}

/** The database of the server. */
export interface Store {
  /**
   * Reads committed data. Reads of points and summaries first fold the waiting points into their series. Where the disk
   * is full, or this server may not write any more, they answer without the waiting points.
   */
  readonly read: Stores
  /** Like `read`, for decisions that need all points: these reads throw where the waiting points cannot be folded. */
  readonly readComplete: Stores
  /** Like `read`, for queries over many rows, which must not delay other reads and writes. */
  readonly scan: Stores
  /**
   * Runs `work` in a transaction and returns once the commit is durable. Works that arrive together share one commit. A
   * work may run several times, each time from the start: when another work of its commit throws, or when the
   * transaction lost a race in the database. A work changes nothing but the database and does no other I/O.
   */
  write<T>(work: (stores: Stores) => Promise<T>): Promise<T>
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
