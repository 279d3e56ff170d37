import type { ArtifactView } from '../../contract/tracking.ts'
import type { OutputClaims } from '../outputs/claims.ts'
import type { Run } from '../records/run.ts'

/** Records of the output files of runs, and queries about which runs need which outputs. */
export interface OutputRecordStore {
  /** Returns the recorded files of a run, sorted by path. */
  list(runId: string): Promise<ArtifactView[]>
  /**
   * Records files of a run; a file replaces the one recorded under the same path. A file of an earlier attempt does not
   * replace one of a later attempt.
   */
  put(runId: string, files: readonly ArtifactView[]): Promise<void>
  /** Returns whether other runs still need the outputs of a run. */
  readClaims(run: Pick<Run, 'id' | 'outputsOwnerNumber'>): Promise<OutputClaims>
}
