import type { ArtifactView } from '../../contract/tracking.ts'
import type { OutputClaims } from '../outputs/claims.ts'
import type { Run } from '../records/run.ts'

/** The list of the files that runs left, and which runs need which outputs. */
export interface OutputRecordStore {
  /** Returns the files of a run by path. */
  list(runId: string): Promise<ArtifactView[]>
  /** Inserts or replaces files by path. A file of an earlier attempt does not replace that of a later one. */
  put(runId: string, files: readonly ArtifactView[]): Promise<void>
  /** Returns which other runs need the outputs of a run. */
  readClaims(run: Pick<Run, 'id' | 'outputsOwnerNumber'>): Promise<OutputClaims>
}
