import type { ArtifactView } from '../../contract/tracking.ts'
import type { AttemptRef } from '../records/attempt.ts'
import type { RunRef } from '../records/run.ts'

/** Files that an attempt left, and the paths that could not be read. */
export interface ListedOutputs {
  readonly files: readonly Omit<ArtifactView, 'kind' | 'attempt'>[]
  readonly unreadable: readonly string[]
}

/** The output files of runs. */
export interface OutputStore {
  /** Lists the files that the attempt left in its outputs folder, with their hashes. */
  list(attempt: AttemptRef): Promise<ListedOutputs>
  /**
   * Returns the bytes of a file in a run's outputs by its listed path; undefined where there is no plain file inside
   * the outputs folder. Throws AppError `conflict` for a file that may not be read.
   */
  open(run: RunRef, path: string): Promise<ReadableStream<Uint8Array> | undefined>
}
