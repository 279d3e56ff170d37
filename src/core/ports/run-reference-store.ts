/** Which runs need which snapshots and environments. */
export interface RunReferenceStore {
  /** Returns those of `values` that a run refers to, or, for snapshots, a run or a sweep. */
  findReferenced(column: 'snapshot' | 'environment', values: readonly string[]): Promise<Set<string>>
  /** Whether any run that has not ended needs an environment. */
  hasUnfinishedRun(environment: string): Promise<boolean>
  /** Returns the ids of queued runs that need an environment. */
  listWaitingFor(environment: string): Promise<string[]>
}
