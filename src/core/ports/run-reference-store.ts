/** Queries about which runs need which snapshots and environments. */
export interface RunReferenceStore {
  /**
   * Returns those of `values`, digests of snapshots or hashes of environments, that any run refers to, in whatever
   * phase. A sweep counts, too, as referring to its snapshot.
   */
  findReferenced(column: 'snapshot' | 'environment', values: readonly string[]): Promise<Set<string>>
  /** Whether any run that has not ended needs the environment with this hash. */
  hasUnfinishedRun(environment: string): Promise<boolean>
  /** Returns the ids of queued runs that need the environment with this hash. */
  listWaitingFor(environment: string): Promise<string[]>
}
