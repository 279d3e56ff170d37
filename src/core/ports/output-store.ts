import type { ArtifactView } from '../../contract/tracking.ts'
import type { OutputPlacement } from '../outputs/placement.ts'
import type { Run, RunRef } from '../records/run.ts'

/** The files in the outputs of a run, and the paths of files and folders there that could not be read. */
export interface ListedOutputs {
  readonly files: readonly Omit<ArtifactView, 'kind' | 'attempt'>[]
  readonly unreadable: readonly string[]
}

/** A run that is removed for good and therefore no longer needs its outputs. */
export interface ReleasedRun {
  readonly run: RunRef & Pick<Run, 'outputsOwnerNumber' | 'origin'>
  /** Whether any attempt of the run has been launched. */
  readonly isLaunched: boolean
}

/** The output files of runs. Every method is idempotent. */
export interface OutputStore {
  /**
   * Creates the outputs folder of a run, or a link to the folder of the run that it resumes, or a copy of another run's
   * outputs, as `placement` says; keeps what exists. Returns the path. Throws AppError `conflict` for a file that
   * cannot be copied, and where something that is not a folder has the folder's path.
   */
  prepare(placement: OutputPlacement): Promise<string>
  /** Whether the outputs folder of a run contains anything; false where it does not exist or cannot be read. */
  hasAny(run: RunRef): Promise<boolean>
  /** Lists the regular files in the outputs of a run with size and hash, at most `LIMITS.artifactsPerRunMax`. */
  list(run: RunRef): Promise<ListedOutputs>
  /**
   * Returns the bytes of an output file, by its path as `list` returns it; undefined where that path is no regular file
   * inside the outputs folder. Throws AppError `conflict` for a file that the server has no permission to read.
   */
  open(run: RunRef, path: string): Promise<ReadableStream<Uint8Array> | undefined>
  /**
   * Removes the outputs folder of a run and the run's link to it. With `isShared`, removes only the link, because
   * another run still writes to the folder.
   */
  remove(released: ReleasedRun, isShared: boolean): Promise<void>
}
