import type { Clock } from '../../core/ports/clock.ts'
import type { AttemptRef } from '../../core/records/attempt.ts'
import type { AttemptProcesses } from './attempt-processes.ts'
import { isInUse, signal, tracesInUse } from './process-table.ts'
import { PROCESS_TAG } from './supervisor-files.ts'

const REAP_DELAY_MS = 1_000

/** Kills processes that are still running after their attempt has ended. */
export interface Leftovers extends Disposable {
  /** Adds an attempt that has ended. Its remaining processes are killed within about `REAP_DELAY_MS`. */
  add(attempt: AttemptRef): void
}

/**
 * Creates the search for leftover processes. One pass over the process table handles all attempts that were added since
 * the last one. `onFailure` is called with the error of a pass or attempt; the next pass tries again.
 */
export function createLeftovers({
  processes,
  clock,
  onFailure,
}: {
  readonly processes: AttemptProcesses
  readonly clock: Clock
  readonly onFailure: (name: string, error: unknown) => void
}): Leftovers {
  const ended = new Map<string, AttemptRef>()
  let cancel: (() => void) | undefined

  const look = (): void => {
    cancel ??= clock.after(REAP_DELAY_MS, killAll)
  }

  const killAll = (): void => {
    cancel = undefined
    try {
      const alive = tracesInUse(PROCESS_TAG)
      for (const attempt of ended.values())
        if (!isInUse(alive, processes.traceOf(attempt)) || killAllOf(attempt)) ended.delete(attempt.id)
    } catch (error) {
      onFailure('processes', error)
    }

    if (ended.size > 0) look()
  }

  /** Kills the remaining processes of an attempt. Returns false if this failed and the next pass has to try again. */
  const killAllOf = (attempt: AttemptRef): boolean => {
    try {
      for (const entry of processes.list(attempt)) signal(entry, 'SIGKILL')
      return true
    } catch (error) {
      onFailure(attempt.name, error)
      return false
    }
  }

  return {
    add: (attempt) => {
      ended.set(attempt.id, attempt)
      look()
    },
    [Symbol.dispose]: () => cancel?.(),
  }
}
