import type { ProjectScope } from '../access/caller.ts'
import type { NewSweep, Sweep } from '../records/sweep.ts'
import type { DeletionChange } from './run-trash-store.ts'

/** Reads and writes sweeps, their points and their results. */
export interface SweepStore {
  get(id: string): Promise<Sweep | undefined>
  getByNumber(number: number): Promise<Sweep | undefined>
  /** Returns a page of sweeps, newest first: those with a number below `before` whose name contains `name`. */
  list(page: {
    projects: ProjectScope
    limit: number
    before?: number
    name?: string
    isDeleted?: boolean
  }): Promise<Sweep[]>
  /** Returns the ids of sweeps that are running or stopping. */
  listUnfinished(): Promise<string[]>
  /** Returns the limits that admission needs, by sweep id. */
  listLimits(ids: readonly string[]): Promise<Map<string, SweepLimit>>
  insert(sweep: NewSweep): Promise<Sweep>
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
