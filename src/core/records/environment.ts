export type EnvironmentState = 'building' | 'ready' | 'failed' | 'removed'

/** An environment and the state of its build. */
export interface EnvironmentRecord {
  readonly hash: string
  readonly state: EnvironmentState
  /** The run that builds it, or that built it last. */
  readonly buildRunId: string
  /** Version of its Python. */
  readonly python: string
  /** Installed packages, one `name==version` per line; null before the first successful build. */
  readonly packages: string | null
  readonly createdAt: number
  readonly lastUsedAt: number
}
