import type { Evidence, Waiting } from '../../contract/run.ts'
import type { Attempt, AttemptRef } from '../records/attempt.ts'
import type { RanOn, Run } from '../records/run.ts'

/** Everything that an executor needs to start an attempt. */
export interface Launch {
  readonly attempt: Attempt
  readonly run: Run
  /** Name of the run's project. */
  readonly project: string
  /** Variables added to the process environment that the executor itself gives to the attempt. */
  readonly env: Readonly<Record<string, string>>
}

/** Start time of an attempt (milliseconds since 1970), and the interpreter and environment that it uses. */
export interface Launched {
  readonly startedAt: number
  readonly ranOn: RanOn
}

/**
 * Why an attempt was ended from outside its command. `out_of_memory`: the kernel killed a process because memory ran
 * out.
 */
export type EndCause = 'out_of_memory'

/**
 * The state of an attempt on its executor. `absent`: the attempt never started, or nothing of it is left. `waiting`:
 * the executor has started it, but its command has not begun.
 */
export type Observation =
  | { readonly state: 'absent' }
  /** `why` is absent until the wait is unusually long. The executor nudges when `why` changes. */
  | { readonly state: 'waiting'; readonly why?: Waiting }
  /** `ranMs` is the running time by the kernel's monotonic clock; absent where the executor cannot read that clock. */
  | { readonly state: 'running'; readonly ranMs?: number }
  | {
      readonly state: 'ended'
      /** Exit status of the command; null where it was not recorded, for example after a restart of the machine. */
      readonly exitCode: number | null
      /**
       * Whether a signal ended the command itself. False where it exited, even if a signal ended a program that it ran;
       * absent where this is unknown.
       */
      readonly isKilled?: boolean
      /**
       * Takes precedence over the exit code. Absent where the command ended by itself or because a stop was requested.
       */
      readonly cause?: EndCause
      readonly endedAt: number
      readonly evidence: Evidence
    }

/**
 * All resources of the machine, free or in use. `devices` are its GPUs; `runsMax` is the largest number of runs at
 * once.
 */
export interface Capacity {
  readonly cpu: number
  readonly memoryMib: number
  readonly devices: readonly string[]
  readonly runsMax: number
}

/** A machine or system that executes attempts. Its state decides whether an attempt runs, not that of the database. */
export interface Executor {
  /**
   * Starts the attempt under its name; if it has been started already, only returns the facts of that start. The caller
   * has prepared the outputs of the run. Throws AppError: `environment_gone` where the files of the environment were
   * removed; `unavailable` where a later try may succeed; any other code where none can.
   */
  launch(launch: Launch): Promise<Launched>
  /** Returns the ids of all running attempts, including those that the server's database does not contain. */
  list(): Promise<string[]>
  /** Returns the current state of an attempt. */
  observe(attempt: Attempt): Promise<Observation>
  /**
   * Sets the function that the executor calls with the id of an attempt whose state may have changed. The new state is
   * read with `observe`.
   */
  watch(nudge: (attemptId: string) => void): void
  /**
   * Signals all processes of an attempt to end, and kills them if they still run after `graceMs` milliseconds. Returns
   * before they have ended. Idempotent.
   */
  stop(attempt: AttemptRef, graceMs: number): Promise<void>
  /** Removes the files of an ended attempt, whose log must be removed before. Does nothing where there are none. */
  remove(attempt: AttemptRef): Promise<void>
  /** Returns the resources of the machine. */
  getCapacity(): Capacity
}
