/**
 * State of an environment. `removed`: its files no longer exist, and it is built again for the next run that needs it.
 */
export type EnvironmentState = 'building' | 'ready' | 'failed' | 'removed'

/** An environment and the state of its build. Times are milliseconds since 1970. */
export interface EnvironmentRecord {
  readonly hash: string
  readonly state: EnvironmentState
  /** Id of the run that builds the environment, or that built it last. */
  readonly buildRunId: string
  /** Version of Python in the environment. */
  readonly python: string
  /** Installed packages, one `name==version` per line; null before the first successful build. */
  readonly packages: string | null
  readonly createdAt: number
  readonly lastUsedAt: number
}
