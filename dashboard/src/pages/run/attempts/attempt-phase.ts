import { isTerminal } from '../../../../../src/contract/phases.ts'
import type { RunPhase } from '../../../../../src/contract/phases.ts'
import type { AttemptView, RunDetailView } from '../../../../../src/contract/run.ts'

type AttemptEnd = Pick<AttemptView, 'n' | 'state' | 'reason'>

/**
 * Returns the phase that is shown for an attempt. The attempt that has not ended and the last attempt of an ended run
 * have the phase of the run; the phase of other attempts follows from the reason why they ended. An attempt without an
 * end in an ended run is `unknown`.
 */
export function attemptPhaseOf(
  attempt: AttemptEnd,
  { phase, attempts }: { readonly phase: RunDetailView['phase']; readonly attempts: readonly AttemptEnd[] },
): RunPhase {
  if (attempt.state !== 'ended') return isTerminal(phase) ? 'unknown' : phase
  if (attempt.n === attempts.at(-1)?.n && isTerminal(phase)) return phase
  if (attempt.reason === 'Completed' || attempt.reason === 'RungReached') return 'succeeded'
  return attempt.reason === 'Paused' ? 'paused' : attempt.reason?.startsWith('Stopped') ? 'stopped' : 'failed'
}
