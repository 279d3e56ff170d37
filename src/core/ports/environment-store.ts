import type { EnvironmentRecord } from '../records/environment.ts'

/** Reads and writes environments. The row of an environment is the lock against building it twice. */
export interface EnvironmentStore {
  get(hash: string): Promise<EnvironmentRecord | undefined>
  getByBuild(runId: string): Promise<EnvironmentRecord | undefined>
  list(): Promise<EnvironmentRecord[]>
  /** Sets the state to `building` under a run; inserts the environment if it is new. */
  putBuilding(environment: Pick<EnvironmentRecord, 'hash' | 'buildRunId' | 'python'>): Promise<void>
  update(hash: string, patch: Partial<Pick<EnvironmentRecord, 'state' | 'packages' | 'lastUsedAt'>>): Promise<void>
}
