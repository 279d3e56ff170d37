import type { SnapshotRecord } from '../records/snapshot.ts'

/** The code of runs, by digest. The contents of the files are in the `CodeStore`. */
export interface SnapshotStore {
  get(digest: string): Promise<SnapshotRecord | undefined>
  /** Returns the snapshot of the project's latest run that has one. */
  findLatest(projectId: string): Promise<string | undefined>
  /**
   * Inserts a snapshot, or resets `createdAt` of the existing one: the janitor then keeps it until the run being
   * submitted refers to it.
   */
  put(snapshot: Omit<SnapshotRecord, 'createdAt'>): Promise<void>
  /** Returns snapshots created before a time, oldest first. */
  list(createdBefore: number, limit: number): Promise<SnapshotRecord[]>
  remove(digest: string): Promise<void>
}
