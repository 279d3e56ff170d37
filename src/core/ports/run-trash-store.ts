import type { Run } from '../records/run.ts'

/** Runs in the trash, and their final removal. */
export interface RunTrashStore {
  /**
   * Moves runs into the trash or out of it. Runs whose final removal has begun stay. Returns the ids of the changed
   * runs.
   */
  setDeleted(
    which: { id: string } | { sweepId: string } | { projectId: string },
    change: DeletionChange,
  ): Promise<string[]>
  /**
   * Returns runs that can be removed for good, by number from above `after`: collected runs that have been in the trash
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
}

/**
 * Moves into the trash at a time, or out of it. With `onlyDeletedAt`, only items that were moved into the trash at
 * exactly that time are restored.
 */
export type DeletionChange =
  | { readonly deletedAt: number }
  | { readonly restored: true; readonly onlyDeletedAt?: number }
