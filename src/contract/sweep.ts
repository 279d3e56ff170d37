import type { RunPhase, WireNumber } from './run.ts'

export type SweepPhase = 'running' | 'stopping' | 'done' | 'stopped' | 'failed'

export function isSweepEnded(phase: SweepPhase): boolean {
  return phase === 'done' || phase === 'stopped' || phase === 'failed'
}

/** The best trial by the last value of the sweep's metric, among trials that ended and did not fail. */
export interface BestView {
  readonly number: number
  readonly params: Readonly<Record<string, unknown>>
  readonly metric: string
  readonly value: WireNumber
}

export interface SweepView {
  readonly id: string
  readonly number: number
  readonly kind: 'group'
  readonly name: string | null
  readonly phase: SweepPhase
  readonly reason: string | null
  readonly method: string
  readonly seed: number
  readonly concurrency: number
  /** Trials the sweep will run; null when it has no end. */
  readonly trials: number | null
  readonly counts: Readonly<Partial<Record<RunPhase, number>>>
  readonly best: BestView | null
  readonly planDigest: string
  readonly createdAt: string
  /** When its last trial ended; null while one is going. */
  readonly endedAt: string | null
  /** Seconds all attempts of its trials have run, added up. */
  readonly runSeconds: number
}
