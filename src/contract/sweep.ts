import { z } from 'zod'

import { BEST_BY } from './measure.ts'
import { RUN_PHASES, SWEEP_PHASES } from './phases.ts'
import { moment, wireNumber } from './run.ts'

/** The best trial by the sweep's measure, among trials that are paused or ended without failing. */
const bestView = z.strictObject({
  number: z.int(),
  params: z.record(z.string(), z.unknown()),
  metric: z.string(),
  bestBy: z.enum(BEST_BY),
  value: wireNumber,
})

/** A notice for the person; `message` is in the reader's language. */
const noticeView = z.strictObject({
  code: z.string(),
  args: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
})
export type SweepNotice = z.output<typeof noticeView>

/** A sweep, with its progress, its best trial and its notices. */
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
  /** The method that `auto` chose, and why; null for every other method. */
  choice: z.strictObject({ method: z.string(), reason: z.string() }).nullable(),
  seed: z.int(),
  concurrency: z.int(),
  /** Number of trials that the sweep will run; null where there is no end. */
  trials: z.int().nullable(),
  counts: z.partialRecord(z.enum(RUN_PHASES), z.int()),
  /**
   * Trials that succeeded or stopped: those that ran to their end, those that a rung or a stopping rule ended early,
   * and those that a person stopped.
   */
  ends: z.strictObject({ finished: z.int(), early: z.int(), stopped: z.int() }),
  best: bestView.nullable(),
  /** Why the sweep paused itself, gave up or failed; metrics that it depends on and that no trial reports. */
  notices: z.array(noticeView),
  planDigest: z.string(),
  snapshot: z.string().nullable(),
  createdAt: moment,
  /** When its last attempt ended; null until the sweep has ended. */
  endedAt: moment.nullable(),
  deletedAt: moment.nullable(),
  /** Running time of all attempts of its trials together, in seconds. */
  runSeconds: z.number(),
})
export type SweepView = z.output<typeof sweepView>

/** Insight into a sweep: what its trials have shown so far. */
export const sweepInsightView = z.strictObject({
  sweep: z.int(),
  metric: z.string(),
  optimization: z.enum(['maximize', 'minimize']),
  bestBy: z.enum(BEST_BY),
  /** Number of trials that have ended. */
  finished: z.int(),
  choice: sweepView.shape.choice,
  best: z.strictObject({ number: z.int(), value: wireNumber }).nullable(),
  /** Expected gain of the most promising next trial, in units of the metric; null with too few trials. */
  expectedImprovement: wireNumber.nullable(),
  /**
   * Share of each parameter in the variation of the metric, largest first. `sd` is its standard deviation over models
   * of random subsets of the trials.
   */
  importance: z.array(z.strictObject({ name: z.string(), share: z.number(), sd: z.number() })),
  /** Important parameters whose best values lie at a bound of the space. A wider range may be better. */
  borders: z.array(
    z.strictObject({
      name: z.string(),
      side: z.enum(['low', 'high']),
      /** The matrix entry with this bound moved outwards; null where the entry cannot be widened. */
      wider: z.strictObject({ option: z.string(), values: z.array(z.number()) }).nullable(),
    }),
  ),
  /**
   * Trials that rules or rungs ended, and the seconds that they would have run on if they had taken as long as the
   * others.
   */
  stopped: z.strictObject({ trials: z.int(), savedSeconds: z.number() }),
})
export type SweepInsightView = z.output<typeof sweepInsightView>
