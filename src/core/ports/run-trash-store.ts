import type { Run } from '../records/run.ts'

/** Moves runs into and out of the trash, and removes their rows for good. */
export interface RunTrashStore {
  /**
   * Moves runs into the trash or out of it. Leaves alone runs whose final removal has begun. Returns the ids of the
   * changed runs.
   */
  setDeleted(
    which: { id: string } | { sweepId: string } | { projectId: string },
    change: DeletionChange,
  ): Promise<string[]>
  /**
   * Returns ended and collected runs that can be removed for good: those moved to the trash before `deletedBefore`, and
   * those whose removal has begun. Only runs with a number above `after`, lowest first. Leaves out a run from which a
   * run that has not started yet will copy or continue the outputs.
   */
  listPurgeable(deletedBefore: number, page: { readonly after: number; readonly limit: number }): Promise<Run[]>
  /** Whether the run exists and its final removal has not begun. */
  isNotPurged(id: string): Promise<boolean>
  /**
   * Begins the final removal of a run that was moved to the trash before `deletedBefore`; from then on it cannot be
   * restored. Returns false if the run is no longer in the trash.
   */
  beginPurge(id: string, deletedBefore: number): Promise<boolean>
  /** Removes a bounded number of a run's rows. Returns true once none is left. */
  purgePart(run: Pick<Run, 'id' | 'number'>): Promise<boolean>
}

/**
 * A move into the trash at a time (milliseconds since 1970), or out of it. With `onlyDeletedAt`, only items that were
 * moved into the trash at exactly that time are restored.
 */
export type DeletionChange =
  | { readonly deletedAt: number }
  | { readonly restored: true; readonly onlyDeletedAt?: number }
