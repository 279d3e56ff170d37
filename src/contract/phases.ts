/** Phases of a run, in the order a run passes through them. */
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

/** Phases nothing leaves. */
const TERMINAL_RUN_PHASES = ['succeeded', 'failed', 'stopped'] as const satisfies readonly RunPhase[]

export function isTerminal(phase: RunPhase): boolean {
  return (TERMINAL_RUN_PHASES as readonly RunPhase[]).includes(phase)
}

export const SWEEP_PHASES = ['running', 'stopping', 'done', 'stopped', 'failed'] as const
export type SweepPhase = (typeof SWEEP_PHASES)[number]

export function isSweepEnded(phase: SweepPhase): boolean {
  return phase === 'done' || phase === 'stopped' || phase === 'failed'
}
