import { z } from 'zod'

import { BEST_BY } from './measure.ts'
import { RUN_PHASES, SWEEP_PHASES } from './phases.ts'
import { moment, wireNumber } from './run.ts'

/**
 * The trial with the best value of the sweep's metric, among trials that are paused or have ended without failing.
 * `number` is the number of its run.
 */
const bestView = z.strictObject({
  number: z.int(),
  params: z.record(z.string(), z.unknown()),
  metric: z.string(),
  bestBy: z.enum(BEST_BY),
  value: wireNumber,
})

/** A notice about the state of a sweep; `message` is its sentence in the reader's language. */
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
  /** Method that `auto` chose, with the code of the reason; null unless the method is `auto`. */
  choice: z.strictObject({ method: z.string(), reason: z.string() }).nullable(),
  seed: z.int(),
  concurrency: z.int(),
  /** Number of trials that the sweep runs in all; null for a search without an end. */
  trials: z.int().nullable(),
  counts: z.partialRecord(z.enum(RUN_PHASES), z.int()),
  /**
   * Numbers of trials that ended without failing: those whose command ended by itself (`finished`), those that a rung,
   * a stopping rule or the end of the sweep ended (`early`), and those that a person stopped.
   */
  ends: z.strictObject({ finished: z.int(), early: z.int(), stopped: z.int() }),
  best: bestView.nullable(),
  /**
   * Notices why the sweep paused itself, gave up or failed, and about metrics that its plan uses and no trial reports.
   */
  notices: z.array(noticeView),
  planDigest: z.string(),
  snapshot: z.string().nullable(),
  createdAt: moment,
  /** Time when the last attempt of its trials ended; null until the sweep has ended. */
  endedAt: moment.nullable(),
  deletedAt: moment.nullable(),
  /** Running time of all attempts of its trials together, in seconds. */
  runSeconds: z.number(),
})
export type SweepView = z.output<typeof sweepView>

/** Conclusions from the trials of a sweep so far, computed with a model of the metric. */
export const sweepInsightView = z.strictObject({
  sweep: z.int(),
  metric: z.string(),
  optimization: z.enum(['maximize', 'minimize']),
  bestBy: z.enum(BEST_BY),
  /** Number of trials with a result. */
  finished: z.int(),
  choice: sweepView.shape.choice,
  best: z.strictObject({ number: z.int(), value: wireNumber }).nullable(),
  /** Largest expected improvement of the metric by a next trial, in units of the metric; null with too few trials. */
  expectedImprovement: wireNumber.nullable(),
  /**
   * Share of each parameter in the variation of the metric, from 0 to 1, largest first. `sd` is the standard deviation
   * of the share over models of random subsets of the trials.
   */
  importance: z.array(z.strictObject({ name: z.string(), share: z.number(), sd: z.number() })),
  /** Important parameters whose best values lie at a bound of the space, where a wider range may be better. */
  borders: z.array(
    z.strictObject({
      name: z.string(),
      side: z.enum(['low', 'high']),
      /** Matrix entry of the parameter with this bound moved outwards; null if the entry cannot be widened. */
      wider: z.strictObject({ option: z.string(), values: z.array(z.number()) }).nullable(),
    }),
  ),
  /**
   * Number of trials that stopping rules or rungs ended early. `savedSeconds` estimates the running time saved: each
   * trial would have run for the median time of the completed ones.
   */
  stopped: z.strictObject({ trials: z.int(), savedSeconds: z.number() }),
})
export type SweepInsightView = z.output<typeof sweepInsightView>
