import type { Clock } from '../../core/ports/clock.ts'
import type { AttemptRef } from '../../core/records/attempt.ts'
import { attemptDir, ownsFolder } from '../../disk/attempt-dir.ts'
import type { AttemptProcesses } from './attempt-processes.ts'
import { readArguments, signal } from './process-table.ts'
import { readExit } from './supervisor-files.ts'
import { SUPERVISOR } from './supervisor.ts'

const KILL_ROUND_MS = 200

/** The stops in progress. A stop goes on until its attempt has ended. */
export interface StopOrders {
  /** Begins to stop an attempt: one SIGTERM, and SIGKILL after `graceMs`. Does nothing while it is being stopped. */
  add(attempt: AttemptRef, graceMs: number): void
  /** Ends the stop of an attempt whose end is known. */
  remove(attemptId: string): void
}

export interface StopOrderOptions {
  readonly dataDir: string
  readonly processes: AttemptProcesses
  readonly clock: Clock
  /** Kills a supervisor that has made no claim yet, if this server has started it. */
  readonly killSupervisor: (attemptId: string) => void
  /** Called when an attempt that was stopped has no process left. */
  readonly onEnd: (attemptId: string) => void
  /** Called with the error of a round; the next round tries again. */
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

/** Creates the stops of the attempts of a data directory. */
export function createStopOrders(options: StopOrderOptions): StopOrders {
  const { dataDir, processes, clock } = options
  const orders = new Map<string, StopOrder>()

  /** Repeats `signalProcesses` until it reports the end of the attempt. */
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
   * Sends one SIGTERM to the processes of an attempt, as soon as there are any. After the grace period each call kills
   * all processes except the supervisor: more may have started since the call before. Returns whether the attempt has
   * ended.
   */
  const signalProcesses = (order: StopOrder): boolean => {
    const { attempt } = order
    const dir = attemptDir(dataDir, attempt)
    if (ownsFolder(attempt, dir) && readExit(dir)) return true
    if (order.isSignalled && !order.isGraceOver) return false

    // Skips a fork of the supervisor that has not yet become the command: it would handle the signal as the supervisor
    // does.
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
      // A timer, not a comparison of times: the system clock may be set meanwhile.
      if (graceMs > 0) clock.after(graceMs, () => (order.isGraceOver = true))
      keepSignalling(attempt.id)
    },

    remove: (attemptId) => void orders.delete(attemptId),
  }
}
