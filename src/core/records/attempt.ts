import type { AttemptState, Ending } from '../../contract/run.ts'

/** One try of a run on an executor. */
export interface Attempt {
  readonly id: string
  readonly runId: string
  /** Counted from 1. */
  readonly n: number
  /**
   * Unique in this database: `hagane-<run number>-<n>`, or `script-<run number>-1` for a run that a script started
   * itself. The executor starts a name only once.
   */
  readonly name: string
  readonly state: AttemptState
  readonly planDigest: string
  readonly devices: readonly string[]
  /** Folder on the executor's machine; null before the launch. */
  readonly outputsPath: string | null
  readonly ending: Ending | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/** The fields by which an executor finds an attempt. The name contains the number of the run. */
export type AttemptRef = Pick<Attempt, 'id' | 'runId' | 'name'>
