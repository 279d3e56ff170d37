/**
 * Phases of a run, roughly in the order in which a run passes them. `unknown` is the phase of a run outside any
 * executor that has sent nothing for `LIMITS.silentMs`; the run leaves it when it sends again.
 */
export const RUN_PHASES = [
  'created',
  'queued',
  'preparing',
  'starting',
  'running',
  'stopping',
  'paused',
  'succeeded',
  'failed',
  'stopped',
  'unknown',
] as const
export type RunPhase = (typeof RUN_PHASES)[number]

/** Final phases: a run in one of them has ended and does not change its phase again. */
export const TERMINAL_RUN_PHASES = ['succeeded', 'failed', 'stopped'] as const satisfies readonly RunPhase[]

export function isTerminal(phase: RunPhase): boolean {
  return (TERMINAL_RUN_PHASES as readonly RunPhase[]).includes(phase)
}

/** Phases of a sweep; the last three are final. */
export const SWEEP_PHASES = ['running', 'stopping', 'done', 'stopped', 'failed'] as const
export type SweepPhase = (typeof SWEEP_PHASES)[number]

export function isSweepEnded(phase: SweepPhase): boolean {
  return phase === 'done' || phase === 'stopped' || phase === 'failed'
}
