import type { Attempt } from '../records/attempt.ts'
import type { Run, RunRef } from '../records/run.ts'

/** The attempts of a run to be purged, and whether its outputs stay for another run that writes to them. */
export interface RunFilesToPurge {
  readonly attempts: readonly Attempt[]
  readonly run: RunRef & Pick<Run, 'outputsOwnerNumber' | 'origin'>
  readonly keepsOutputs: boolean
}

/** Removal of the files that runs leave on the executor's machine. */
export interface RunFiles {
  /** Removes the files of attempts and, unless `keepsOutputs`, the outputs of their run. Can be repeated. */
  purge(what: RunFilesToPurge): Promise<void>
  /** Removes working copies of attempts that ended before a time. Returns how many. */
  removeWorkCopies(endedBefore: number): Promise<number>
}
