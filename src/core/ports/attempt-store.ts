import type { Ending } from '../../contract/run.ts'
import type { Attempt } from '../records/attempt.ts'

/** Reads and writes attempts. */
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
  /** Returns the running time of all ended attempts of a sweep, added up, and the end of the last one. */
  readSweepTimes(sweepId: string): Promise<{ runSeconds: number; lastEndedAt: number | null }>
}
