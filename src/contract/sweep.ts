import { z } from 'zod'

import { BEST_BY } from './measure.ts'
import { RUN_PHASES, SWEEP_PHASES } from './phases.ts'
import { moment, wireNumber } from './run.ts'

/** The best trial by the sweep's metric, by its last, lowest or highest value, among trials that ended and did not fail. */
const bestView = z.strictObject({
  number: z.int(),
  params: z.record(z.string(), z.unknown()),
  metric: z.string(),
  bestBy: z.enum(BEST_BY),
  value: wireNumber,
})

/** Something that a person should know; `message` is in the reader's language. */
const noticeView = z.strictObject({
  code: z.string(),
  args: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
})
export type SweepNotice = z.output<typeof noticeView>

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
  /** What `auto` came to and why; null for every other method. */
  choice: z.strictObject({ method: z.string(), reason: z.string() }).nullable(),
  seed: z.int(),
  concurrency: z.int(),
  /** Trials the sweep will run; null when it has no end. */
  trials: z.int().nullable(),
  counts: z.partialRecord(z.enum(RUN_PHASES), z.int()),
  /** Trials that succeeded or stopped: they ran to their end, a rung or a stopping rule ended them early, or a person stopped them. */
  ends: z.strictObject({ finished: z.int(), early: z.int(), stopped: z.int() }),
  best: bestView.nullable(),
  /** Why it paused itself, gave up or failed; a metric that it goes by and no trial reports. */
  notices: z.array(noticeView),
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

/** What a sweep has learned so far. */
export const beliefsView = z.strictObject({
  sweep: z.int(),
  metric: z.string(),
  optimization: z.enum(['maximize', 'minimize']),
  bestBy: z.enum(BEST_BY),
  /** Trials that have ended. */
  finished: z.int(),
  choice: sweepView.shape.choice,
  best: z.strictObject({ number: z.int(), value: wireNumber }).nullable(),
  /** What the most promising next trial is expected to gain, in units of the metric; null while too little is known. */
  expectedImprovement: wireNumber.nullable(),
  /** Share of what the metric varies by, most important first; `sd` is its spread over models of parts of the trials. */
  importance: z.array(z.strictObject({ name: z.string(), share: z.number(), sd: z.number() })),
  /** Important parameters whose best value lies where the space ends: it may be worth widening there. */
  borders: z.array(
    z.strictObject({
      name: z.string(),
      side: z.enum(['low', 'high']),
      /** The entry of the matrix with that end further out; null for one that cannot be widened so. */
      wider: z.strictObject({ option: z.string(), values: z.array(z.number()) }).nullable(),
    }),
  ),
  /** Trials that rules or rungs ended, and the seconds they would have run on had they been like the others. */
  stopped: z.strictObject({ trials: z.int(), savedSeconds: z.number() }),
})
export type BeliefsView = z.output<typeof beliefsView>
