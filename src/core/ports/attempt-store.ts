import type { Ending } from '../../contract/run.ts'
import type { Attempt } from '../records/attempt.ts'

/** Store of attempts. `n` is the number of an attempt within its run, from 1; `id` is unique over all runs. */
export interface AttemptStore {
  get(runId: string, n: number): Promise<Attempt | undefined>
  find(id: string): Promise<Attempt | undefined>
  findLatest(runId: string): Promise<Attempt | undefined>
  list(runId: string): Promise<Attempt[]>
  insert(
    attempts: readonly Omit<Attempt, 'state' | 'ending' | 'createdAt' | 'startedAt' | 'endedAt' | 'outputsPath'>[],
  ): Promise<void>
  markLaunched(id: string, fields: { startedAt: number; outputsPath: string | null }): Promise<void>
  markEnded(id: string, ending: Ending, endedAt: number): Promise<void>
  /**
   * Returns the total running time in seconds of all ended attempts of a sweep's trials, and the time in milliseconds
   * since 1970 when the last one ended; null if none has.
   */
  readSweepTimes(sweepId: string): Promise<{ runSeconds: number; lastEndedAt: number | null }>
}
