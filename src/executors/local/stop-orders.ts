import type { Clock } from '../../core/ports/clock.ts'
import type { AttemptRef } from '../../core/records/attempt.ts'
import { attemptDir, ownsFolder } from '../../disk/attempt-dir.ts'
import type { AttemptProcesses } from './attempt-processes.ts'
import { readArguments, signal } from './process-table.ts'
import { readExit } from './supervisor-files.ts'
import { SUPERVISOR } from './supervisor.ts'

const KILL_ROUND_MS = 200

/** Stops attempts. A stop repeats its signals until no process of the attempt is left. */
export interface StopOrders {
  /**
   * Begins to stop an attempt: sends SIGTERM once, and SIGKILL after `graceMs`. Does nothing if the attempt is already
   * being stopped.
   */
  add(attempt: AttemptRef, graceMs: number): void
  /** Cancels the stop of an attempt, because the attempt has ended. */
  remove(attemptId: string): void
}

export interface StopOrderOptions {
  readonly dataDir: string
  readonly processes: AttemptProcesses
  readonly clock: Clock
  /**
   * Kills the supervisor of an attempt if this server process started it. Called for a supervisor that has not claimed
   * its attempt yet (see `readClaim`).
   */
  readonly killSupervisor: (attemptId: string) => void
  /** Called when no process of a stopped attempt is left and there is no exit record. */
  readonly onEnd: (attemptId: string) => void
  /** Called when a call of `signalProcesses` throws. The call is repeated after `KILL_ROUND_MS`. */
  readonly onFailure: (attemptName: string, error: unknown) => void
}

/**
 * A stop in progress: whether the processes have received SIGTERM (`isSignalled`), and whether their grace period is
 * over (`isGraceOver`).
 */
interface StopOrder {
  readonly attempt: AttemptRef
  isSignalled: boolean
  isGraceOver: boolean
}

/** Creates the object that stops the attempts of a data directory. */
export function createStopOrders(options: StopOrderOptions): StopOrders {
  const { dataDir, processes, clock } = options
  const orders = new Map<string, StopOrder>()

  /** Calls `signalProcesses` every `KILL_ROUND_MS` until the attempt has ended. */
  const keepSignalling = (attemptId: string): void => {
    const order = orders.get(attemptId)
    if (!order) return
    try {
      if (signalProcesses(order)) return void orders.delete(attemptId)
    } catch (error) {
      options.onFailure(order.attempt.name, error)
    }
    clock.after(KILL_ROUND_MS, () => keepSignalling(attemptId))
  }

  /**
   * Sends SIGTERM to the processes of an attempt, in the first call that finds any. After the grace period, every call
   * sends SIGKILL to all processes except the supervisor, because new ones may have started. Returns whether the
   * attempt has ended.
   */
  const signalProcesses = (order: StopOrder): boolean => {
    const { attempt } = order
    const dir = attemptDir(dataDir, attempt)
    if (ownsFolder(attempt, dir) && readExit(dir)) return true
    if (order.isSignalled && !order.isGraceOver) return false

    // Skips a fork of the supervisor that has not executed the command yet: the fork would ignore this only SIGTERM, as
    // the supervisor does.
    const members = processes
      .list(attempt)
      .filter(({ pid }) => order.isGraceOver || !readArguments(pid).includes(SUPERVISOR))
    for (const entry of members) signal(entry, order.isGraceOver ? 'SIGKILL' : 'SIGTERM')
    order.isSignalled ||= members.length > 0

    // A supervisor without a claim waits for room on the disk: its command has not started.
    if (order.isGraceOver && !processes.claimOf(attempt)) options.killSupervisor(attempt.id)

    if (!order.isGraceOver || members.length > 0 || processes.hasSupervisor(attempt)) return false
    options.onEnd(attempt.id)
    return true
  }

  return {
    add: (attempt, graceMs) => {
      if (orders.has(attempt.id)) return
      const order: StopOrder = { attempt, isSignalled: false, isGraceOver: graceMs === 0 }
      orders.set(attempt.id, order)
      // Uses a timer instead of comparing times, because the system clock may be set meanwhile.
      if (graceMs > 0) clock.after(graceMs, () => (order.isGraceOver = true))
      keepSignalling(attempt.id)
    },

    remove: (attemptId) => void orders.delete(attemptId),
  }
}
