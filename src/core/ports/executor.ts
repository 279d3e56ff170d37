import type { Evidence, Waiting } from '../../contract/run.ts'
import type { Attempt, AttemptRef } from '../records/attempt.ts'
import type { RanOn, Run } from '../records/run.ts'

/** Everything that an executor needs to start an attempt. */
export interface Launch {
  readonly attempt: Attempt
  readonly run: Run
  /** Name of the run's project. */
  readonly project: string
  /** Variables for the process besides those of the executor's machine. */
  readonly env: Readonly<Record<string, string>>
}

/** Facts about a started attempt. */
export interface Launched {
  readonly startedAt: number
  readonly ranOn: RanOn
}

/**
 * Why the platform, and not the command itself, ended an attempt. `out_of_memory`: the kernel killed it because memory
 * ran out.
 */
export type EndCause = 'out_of_memory'

/**
 * The state of an attempt on its executor. `absent`: never started, or no trace left; `waiting`: started, but its
 * command has not begun.
 */
export type Observation =
  | { readonly state: 'absent' }
  /** `why` is absent while the wait is of the usual length. The executor nudges when it changes. */
  | { readonly state: 'waiting'; readonly why?: Waiting }
  /** `ranMs` is measured with a clock that cannot be set; absent where the executor has no such clock. */
  | { readonly state: 'running'; readonly ranMs?: number }
  | {
      readonly state: 'ended'
      readonly exitCode: number | null
      /** Whether a signal ended the command itself, not a program that it ran; absent where that is unknown. */
      readonly isKilled?: boolean
      /** Counts before the exit code; absent where the attempt ended by itself or by a request. */
      readonly cause?: EndCause
      readonly endedAt: number
      readonly evidence: Evidence
    }

/** The resources of the machine; `runsMax` is the largest number of runs at once. */
export interface Capacity {
  readonly cpu: number
  readonly memoryMib: number
  readonly devices: readonly string[]
  readonly runsMax: number
}

/** A place that executes attempts. Its own list decides what is running, not the database. */
export interface Executor {
  /**
   * Starts the attempt under its name; does nothing if it is started already. The outputs of its run are prepared.
   * Throws AppError: `environment_gone` where the files of the environment were removed; `unavailable` where a later
   * try may succeed; any other code where none can.
   */
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
  /** Removes the traces of an ended attempt, whose log was removed before. Does nothing where there are none. */
  remove(attempt: AttemptRef): Promise<void>
  /** Returns the resources of the machine, whether or not they are in use. */
  getCapacity(): Capacity
}
