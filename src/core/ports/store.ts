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

/**
 * All data in the database, one store per kind of thing. The same interfaces serve reads and, inside `Store.write`,
 * changes.
 */
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
   * Reads committed data. Received points wait in rows of their own until they are folded into their series. Reads that
   * depend on points fold them first; if the disk is full or this server may no longer write, they return results
   * without the waiting points.
   */
  readonly read: Stores
  /**
   * Like `read`, for decisions that need all points: a read that depends on points throws if the waiting points cannot
   * be folded.
   */
  readonly readComplete: Stores
  /** Like `read`, on a connection of its own for queries over many rows, which would delay other reads and writes. */
  readonly scan: Stores
  /**
   * Runs `work` in a transaction and returns its result once the commit is durable. Works that arrive together share
   * one commit. `work` is run again from the start if another work of its commit throws, or if the transaction
   * conflicts with another one. It must therefore change nothing but the database, and do no other I/O.
   */
  write<T>(work: (stores: Stores) => Promise<T>): Promise<T>
  /**
   * Returns a bounded amount of unused space in the database file to the file system. Returns false once none is left.
   */
  releaseSpace(): Promise<boolean>
  /** Checks the integrity of the database and returns a description of each fault; an empty list if there is none. */
  examine(): Promise<string[]>
  /**
   * Sets a function to call after each commit, with the ids of the runs whose points, notes (`RunNotes`) or output
   * files the commit wrote. The returned function removes the callback.
   */
  onCommit(callback: (written: ReadonlySet<string>) => void): () => void
}
