import { z } from 'zod'

import { moment, RUN_PHASES, wireNumber } from './run.ts'

const SWEEP_PHASES = ['running', 'stopping', 'done', 'stopped', 'failed'] as const
export type SweepPhase = (typeof SWEEP_PHASES)[number]

export function isSweepEnded(phase: SweepPhase): boolean {
  return phase === 'done' || phase === 'stopped' || phase === 'failed'
}

/** The best trial by the last value of the sweep's metric, among trials that ended and did not fail. */
const bestView = z.strictObject({ number: z.int(), params: z.record(z.string(), z.unknown()), metric: z.string(), value: wireNumber })

export const sweepView = z.strictObject({
  id: z.string(),
  number: z.int(),
  project: z.string(),
  kind: z.literal('group'),
  name: z.string().nullable(),
  note: z.string().nullable(),
  tags: z.array(z.string()),
  phase: z.enum(SWEEP_PHASES),
  isPaused: z.boolean(),
  reason: z.string().nullable(),
  method: z.string(),
  seed: z.int(),
  concurrency: z.int(),
  /** Trials the sweep will run; null when it has no end. */
  trials: z.int().nullable(),
  counts: z.partialRecord(z.enum(RUN_PHASES), z.int()),
  best: bestView.nullable(),
  planDigest: z.string(),
  snapshot: z.string().nullable(),
  createdAt: moment,
  /** When its last trial ended; null while one is going. */
  endedAt: moment.nullable(),
  deletedAt: moment.nullable(),
  /** Seconds all attempts of its trials have run, added up. */
  runSeconds: z.number(),
})
export type SweepView = z.output<typeof sweepView>
