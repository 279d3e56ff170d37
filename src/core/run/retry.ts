import { LIMITS } from '../../contract/limits.ts'
import type { ReasonCode } from '../../contract/messages/messages.ts'

/**
 * Reasons after which another attempt can succeed. After others, such as a missing command or a passed time limit, it
 * would end in the same way.
 */
const RETRYABLE: ReadonlySet<ReasonCode> = new Set(['ExitNonZero', 'Signalled', 'OutOfMemory', 'Lost', 'PlatformError'])

/** Whether another attempt can succeed after one that ended for this reason. */
export function isRetryable(reason: ReasonCode): boolean {
  return RETRYABLE.has(reason)
}

/**
 * Returns the milliseconds to wait before the next attempt after `attempts` failed ones: `LIMITS.retryBaseMs`, doubled
 * with each further failure up to `LIMITS.retryMaxMs`, times a factor from 0.5 to 1.5. `random` in [0, 1) chooses the
 * factor.
 */
export function retryDelayMs(attempts: number, random: number): number {
  return Math.round(Math.min(LIMITS.retryMaxMs, LIMITS.retryBaseMs * 2 ** (attempts - 1)) * (0.5 + random))
}
