import { isActive } from './trials.ts'
import type { Trial } from './trials.ts'

/**
 * Counts the trials by outcome or current state, each once. `early` trials were ended by a rule or a rung, `stopped`
 * ones by a person; `resting` ones are paused after they had started.
 */
export function countByOutcome(
  trials: readonly Trial[],
): Readonly<Record<'finished' | 'early' | 'stopped' | 'failed' | 'resting' | 'running' | 'waiting', number>> {
  const counts = { finished: 0, early: 0, stopped: 0, failed: 0, resting: 0, running: 0, waiting: 0 }
  for (const trial of trials) counts[outcomeOf(trial)] += 1
  return counts
}

function outcomeOf({ phase, reason, startedAt }: Trial): keyof ReturnType<typeof countByOutcome> {
  if (phase === 'failed') return 'failed'
  // With the reason RungReached the trial ended at a rung and will not continue.
  if (phase === 'succeeded') return reason === 'RungReached' ? 'early' : 'finished'
  if (phase === 'stopped') return reason === 'StoppedByUser' ? 'stopped' : 'early'
  if (phase === 'paused') return startedAt === null ? 'waiting' : 'resting'
  return isActive(phase) ? 'running' : 'waiting'
}
