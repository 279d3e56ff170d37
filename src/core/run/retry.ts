import { LIMITS } from '../../contract/limits.ts'
import type { ReasonCode } from '../../contract/messages/messages.ts'

/**
 * Reasons after which another attempt can succeed. A missing command or a time limit would only end it in the same way
 * again.
 */
const RETRYABLE: ReadonlySet<ReasonCode> = new Set(['ExitNonZero', 'Signalled', 'OutOfMemory', 'Lost', 'PlatformError'])

/** Whether another attempt can succeed after an end for this reason. */
export function isRetryable(reason: ReasonCode): boolean {
  return RETRYABLE.has(reason)
}

/**
 * Returns the milliseconds to wait before attempt `attempts + 1`. The wait doubles up to a maximum and is multiplied by
 * 0.5 to 1.5, by `random` in [0, 1).
 */
export function retryDelayMs(attempts: number, random: number): number {
  return Math.round(Math.min(LIMITS.retryMaxMs, LIMITS.retryBaseMs * 2 ** (attempts - 1)) * (0.5 + random))
}
