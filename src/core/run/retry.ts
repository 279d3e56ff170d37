import { LIMITS } from '../../contract/limits.ts'
import type { ReasonCode } from '../../contract/messages/messages.ts'

/** Ends that a further attempt could mend. A command that does not exist and a time limit stay what they are. */
const RETRYABLE: ReadonlySet<ReasonCode> = new Set(['ExitNonZero', 'Signalled', 'OutOfMemory', 'Lost', 'PlatformError'])

export function isRetryable(reason: ReasonCode): boolean {
  return RETRYABLE.has(reason)
}

/** Milliseconds before attempt `attempts + 1`: doubling, capped, times 0.5 to 1.5 by `random` in [0, 1). */
export function retryDelayMs(attempts: number, random: number): number {
  return Math.round(Math.min(LIMITS.retryMaxMs, LIMITS.retryBaseMs * 2 ** (attempts - 1)) * (0.5 + random))
}
