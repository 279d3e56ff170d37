import type { SourceDocument } from '../records/document.ts'
import type { SnapshotRecord } from '../records/snapshot.ts'

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
