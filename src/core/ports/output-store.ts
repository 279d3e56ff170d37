import type { ArtifactView } from '../../contract/tracking.ts'
import type { OutputPlacement } from '../outputs/placement.ts'
import type { Run, RunRef } from '../records/run.ts'

/** Files that a run left, and the paths that could not be read. */
export interface ListedOutputs {
  readonly files: readonly Omit<ArtifactView, 'kind' | 'attempt'>[]
  readonly unreadable: readonly string[]
}

/** A run whose outputs are released. */
export interface ReleasedRun {
  readonly run: RunRef & Pick<Run, 'outputsOwnerNumber' | 'origin'>
  /** Whether an attempt of the run has been launched. */
  readonly isLaunched: boolean
}

/** The output files of runs. Every method can be repeated. */
export interface OutputStore {
  /**
   * Makes the outputs folder of a run ready for its next attempt and returns its path. Throws AppError `conflict` for a
   * file that cannot be copied, and where something else is in the place of the folder.
   */
  prepare(placement: OutputPlacement): Promise<string>
  /** Whether the outputs folder of a run contains anything; false where it cannot be read. */
  hasAny(run: RunRef): Promise<boolean>
  /** Lists the files in a run's outputs folder, with their hashes. */
  list(run: RunRef): Promise<ListedOutputs>
  /**
   * Returns the bytes of a file in a run's outputs by its listed path; undefined where there is no plain file inside
   * the outputs folder. Throws AppError `conflict` for a file that may not be read.
   */
  open(run: RunRef, path: string): Promise<ReadableStream<Uint8Array> | undefined>
  /** Removes the outputs of a run; with `isShared` only what leads from this run to them. */
  remove(released: ReleasedRun, isShared: boolean): Promise<void>
}
