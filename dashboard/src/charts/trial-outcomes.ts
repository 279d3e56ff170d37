import { isActive } from './trials.ts'
import type { Trial } from './trials.ts'

/** Counts the trials by how they ended or what they do now. Each trial is counted once. */
export function countByOutcome(
  trials: readonly Trial[],
): Readonly<Record<'finished' | 'early' | 'stopped' | 'failed' | 'resting' | 'running' | 'waiting', number>> {
  const counts = { finished: 0, early: 0, stopped: 0, failed: 0, resting: 0, running: 0, waiting: 0 }
  for (const trial of trials) counts[outcomeOf(trial)] += 1
  return counts
}

function outcomeOf({ phase, reason, startedAt }: Trial): keyof ReturnType<typeof countByOutcome> {
  if (phase === 'failed') return 'failed'
  // Reason RungReached: a rung ended the trial for good.
  if (phase === 'succeeded') return reason === 'RungReached' ? 'early' : 'finished'
  if (phase === 'stopped') return reason === 'StoppedByUser' ? 'stopped' : 'early'
  if (phase === 'paused') return startedAt === null ? 'waiting' : 'resting'
  return isActive(phase) ? 'running' : 'waiting'
}
