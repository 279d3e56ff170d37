import type { ProjectScope } from '../access/caller.ts'
import type { NewSweep, Sweep } from '../records/sweep.ts'
import type { DeletionChange } from './run-trash-store.ts'

/** Reads and writes sweeps. Their points and results are in the `SweepHistoryStore`. */
export interface SweepStore {
  get(id: string): Promise<Sweep | undefined>
  getByNumber(number: number): Promise<Sweep | undefined>
  /**
   * Returns at most `limit` sweeps, newest first: those with a number below `before` whose name contains `name`. With
   * `isDeleted` only sweeps in the trash, otherwise only sweeps outside it.
   */
  list(page: {
    projects: ProjectScope
    limit: number
    before?: number
    name?: string
    isDeleted?: boolean
  }): Promise<Sweep[]>
  /** Returns the ids of the sweeps in the phases `running` and `stopping`. */
  listUnfinished(): Promise<string[]>
  /** Returns the limits on the start of trials, by sweep id. */
  listLimits(ids: readonly string[]): Promise<Map<string, SweepLimit>>
  insert(sweep: NewSweep): Promise<Sweep>
  /**
   * Changes the fields in `patch`. Returns false, and changes nothing, if the sweep has changed since `version` was
   * read.
   */
  update(sweep: Pick<Sweep, 'id' | 'version'>, patch: SweepPatch): Promise<boolean>
  setDeleted(which: { id: string } | { projectId: string }, change: DeletionChange): Promise<void>
  /** Returns ended sweeps that were moved to the trash before `deletedBefore` and have no run left. */
  listPurgeable(deletedBefore: number, limit: number): Promise<Sweep[]>
  /** Removes a sweep with its points, results and events for good. */
  purge(id: string): Promise<void>
}

/** The settings of a sweep that limit the start of its trials: how many may run at once, and whether none may start. */
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
