import type { Evidence } from '../../contract/run.ts'
import type { ArtifactView } from '../../contract/tracking.ts'
import type { Attempt, AttemptRef } from '../records/attempt.ts'
import type { RanOn, Run, RunRef } from '../records/run.ts'

/** Everything that an executor needs to start an attempt. */
export interface Launch {
  readonly attempt: Attempt
  readonly run: Run
  /** Name of the run's project. */
  readonly project: string
  /** Variables for the process besides those of the executor's machine. */
  readonly env: Readonly<Record<string, string>>
  /** Folder with the run's code, to be copied; null where the run works in the folder it was submitted from. */
  readonly tree: string | null
  /** The run whose outputs are copied before the start; null where nothing is copied. */
  readonly copySource: RunRef | null
  /** The run that owns the outputs folder: this run, or the one that it resumes. */
  readonly outputsOwner: RunRef
  /**
   * A run that has already written to these outputs; its folder is the outputs folder or links to it. Null where no run
   * has.
   */
  readonly existingOutputsOf: RunRef | null
}

/** Facts about a started attempt. */
export interface Launched {
  readonly startedAt: number
  readonly outputsPath: string
  readonly ranOn: RanOn
}

/**
 * The state of an attempt on its executor. `absent`: never started, or no trace left; `waiting`: started, but its
 * command has not begun.
 */
export type Observation =
  | { readonly state: 'absent' }
  | { readonly state: 'waiting' }
  /** `ranMs` is measured with a clock that cannot be set; absent where the executor has no such clock. */
  | { readonly state: 'running'; readonly ranMs?: number }
  | {
      readonly state: 'ended'
      readonly exitCode: number | null
      /** Whether a signal ended the command itself, not a program that it ran; absent where that is unknown. */
      readonly isKilled?: boolean
      readonly endedAt: number
      readonly evidence: Evidence
      readonly hasOutputs: boolean
    }

/** The resources of the machine; `runsMax` is the largest number of runs at once. */
export interface Capacity {
  readonly cpu: number
  readonly memoryMib: number
  readonly devices: readonly string[]
  readonly runsMax: number
}

/**
 * Where to begin reading a log: at a byte, a number of lines before the end, or a time in milliseconds since 1970. The
 * first of the three that is set counts.
 */
export interface LogStart {
  readonly cursor?: number
  readonly tailLines?: number
  readonly since?: number
}

/** Byte range that was cut out of the middle of a log because the log exceeded its size limit. */
export interface LogCut {
  readonly from: number
  readonly to: number
}

/** Consecutive bytes of a log; `cursor` is the offset of the byte after them. */
export interface LogPage {
  readonly bytes: Uint8Array
  readonly cursor: number
  readonly cut?: LogCut
}

/** A place that executes attempts. Its own list decides what is running, not the database. */
export interface Executor {
  /** Starts the attempt under its name; does nothing if it is started already. Returns the folder of its outputs. */
  launch(launch: Launch): Promise<Launched>
  /** Returns the ids of all running attempts, also of those that belong to another database. */
  list(): Promise<string[]>
  /** Returns the current state of an attempt. */
  observe(attempt: Attempt): Promise<Observation>
  /**
   * Sets the function to call with the id of an attempt that may have changed. The call says nothing about the state.
   */
  watch(nudge: (attemptId: string) => void): void
  /** Signals the whole process tree to end and kills it after `graceMs`. Returns at once; can be repeated. */
  stop(attempt: AttemptRef, graceMs: number): Promise<void>
  /**
   * Returns output from a byte offset on, secrets masked. `tailLines` or `since` choose the offset when no cursor is
   * given.
   */
  readLog(attempt: AttemptRef, from: LogStart, limitBytes: number): Promise<LogPage>
  /** Removes the secrets from the log of an ended attempt for good. Can be repeated. */
  sealLog(attempt: AttemptRef): Promise<void>
  /** Lists the files that the attempt left in its outputs folder, and the paths that could not be read. */
  listOutputs(attempt: AttemptRef): Promise<{
    readonly files: readonly Omit<ArtifactView, 'kind' | 'attempt'>[]
    readonly unreadable: readonly string[]
  }>
  /**
   * Returns the bytes of a file in a run's outputs by its listed path; undefined where there is no plain file inside
   * the outputs folder.
   */
  openOutput(run: RunRef, path: string): Promise<ReadableStream<Uint8Array> | undefined>
  /** Removes the files of attempts and, unless `keepsOutputs`, the outputs of their run. Can be repeated. */
  purge(what: {
    attempts: readonly Attempt[]
    run: RunRef & Pick<Run, 'outputsOwnerNumber' | 'origin'>
    keepsOutputs: boolean
  }): Promise<void>
  /** Removes working copies of attempts that ended before a time. Returns how many. */
  removeWorkCopies(endedBefore: number): Promise<number>
  capacity(): Capacity
}
