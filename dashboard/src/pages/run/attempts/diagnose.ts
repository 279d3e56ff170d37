import type { RunDetailView } from '../../../../../src/contract/run.ts'
import { headlineOf } from '../../home/causes.ts'

/** The explanation at the top of the page of a run that failed, waits, is `unknown` or has lost tracking records. */
export type Diagnosis =
  | {
      readonly kind: 'failed'
      /** The line of the log that explains the failure, else the reason as a sentence; empty if there is neither. */
      readonly headline: string
      /** The reason as a sentence if the headline is a line of the log; otherwise undefined. */
      readonly reason: string | undefined
      readonly isHeadlineFromLog: boolean
    }
  | { readonly kind: 'waiting'; readonly why: string }
  | { readonly kind: 'unknown'; readonly message: string | null }
  | { readonly kind: 'recordsLost'; readonly count: number }

/**
 * Returns why a run failed, waits or is `unknown`, or how many of its tracking records were lost. Undefined for all
 * other runs.
 */
export function diagnose(run: RunDetailView): Diagnosis | undefined {
  if (run.phase === 'failed')
    return {
      kind: 'failed',
      headline: headlineOf(run),
      reason: run.cause === null ? undefined : (run.message ?? undefined),
      isHeadlineFromLog: run.cause !== null,
    }
  if (run.phase === 'queued' && run.waiting !== null) return { kind: 'waiting', why: run.waiting }
  if (run.phase === 'unknown') return { kind: 'unknown', message: run.message }

  const count = run.attempts.reduce((sum, { delivery }) => sum + delivery.lost, 0)
  return count > 0 ? { kind: 'recordsLost', count } : undefined
}
