import type { EnvironmentRecord } from '../records/environment.ts'

/** Reads and writes environments. The row of an environment is the lock that prevents two builds of it at once. */
export interface EnvironmentStore {
  get(hash: string): Promise<EnvironmentRecord | undefined>
  /** Returns the environment that the run `runId` builds or built last; undefined where there is none. */
  getByBuild(runId: string): Promise<EnvironmentRecord | undefined>
  list(): Promise<EnvironmentRecord[]>
  /**
   * Sets the state of an environment to `building` and its build run to `buildRunId`. Inserts the environment if it is
   * new.
   */
  putBuilding(environment: Pick<EnvironmentRecord, 'hash' | 'buildRunId' | 'python'>): Promise<void>
  update(hash: string, patch: Partial<Pick<EnvironmentRecord, 'state' | 'packages' | 'lastUsedAt'>>): Promise<void>
}
