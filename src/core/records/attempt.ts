import type { AttemptState, Ending } from '../../contract/run.ts'

/** One try of a run on an executor. Times are milliseconds since 1970. */
export interface Attempt {
  readonly id: string
  readonly runId: string
  /** Number of the attempt within its run, from 1. */
  readonly n: number
  /**
   * Name, unique in this database: `hagane-<run number>-<n>`, or `script-<run number>-1` for a run that a script
   * started itself. The executor starts an attempt of one name only once.
   */
  readonly name: string
  readonly state: AttemptState
  readonly planDigest: string
  readonly devices: readonly string[]
  /** Folder of the run's outputs on the executor's machine; null before the launch. */
  readonly outputsPath: string | null
  readonly ending: Ending | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/**
 * The fields by which an executor finds the files and processes of an attempt. `name` contains the number of the run.
 */
export type AttemptRef = Pick<Attempt, 'id' | 'runId' | 'name'>
