import type { Clock } from '../../core/ports/clock.ts'
import type { AttemptRef } from '../../core/records/attempt.ts'
import type { AttemptProcesses } from './attempt-processes.ts'

const LOOK_INTERVAL_MS = 2_000

/** Watches whether new supervisors write their claims. A supervisor without a claim has not started its command. */
export interface ClaimWatch {
  /** Watches the supervisor of an attempt until it has written its claim, or until the returned function is called. */
  add(attempt: AttemptRef): () => void
  /** Whether the watched supervisor of an attempt has written no claim for at least two seconds. */
  isLate(attemptId: string): boolean
}

/**
 * Creates the watch. `onChange` is called when a claim is late, and when a late claim is written. `onFailure` is called
 * if a claim cannot be read.
 */
export function createClaimWatch({
  processes,
  clock,
  onChange,
  onFailure,
}: {
  readonly processes: AttemptProcesses
  readonly clock: Clock
  readonly onChange: (attemptId: string) => void
  readonly onFailure: (attemptName: string, error: unknown) => void
}): ClaimWatch {
  const late = new Set<string>()

  return {
    add: (attempt) => {
      const look = (): void => {
        const isLate = lacksClaim(attempt)
        if (isLate) cancel = clock.after(LOOK_INTERVAL_MS, look)
        if (isLate === late.has(attempt.id)) return

        if (isLate) late.add(attempt.id)
        else late.delete(attempt.id)
        onChange(attempt.id)
      }

      let cancel = clock.after(LOOK_INTERVAL_MS, look)
      return () => {
        cancel()
        late.delete(attempt.id)
      }
    },

    isLate: (attemptId) => late.has(attemptId),
  }

  function lacksClaim(attempt: AttemptRef): boolean {
    try {
      return !processes.claimOf(attempt)
    } catch (error) {
      onFailure(attempt.name, error)
      return true
    }
  }
}
