import type { SnapshotRecord } from '../records/snapshot.ts'

/** The records of snapshots, by digest. The contents of their files are in the `CodeStore`. */
export interface SnapshotStore {
  get(digest: string): Promise<SnapshotRecord | undefined>
  /** Returns the digest of the snapshot of the newest run in a project that has one; undefined where no run has. */
  findLatest(projectId: string): Promise<string | undefined>
  /**
   * Inserts a snapshot. If it exists, sets its `createdAt` to now, so that the janitor keeps it until the run being
   * submitted refers to it.
   */
  put(snapshot: Omit<SnapshotRecord, 'createdAt'>): Promise<void>
  /** Returns at most `limit` snapshots with a `createdAt` before a time, oldest first. */
  list(createdBefore: number, limit: number): Promise<SnapshotRecord[]>
  remove(digest: string): Promise<void>
}
