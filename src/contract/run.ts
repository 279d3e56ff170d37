import { z } from 'zod'

import type { Args, Detail, ReasonCode, WaitingCode } from './messages/messages.ts'
import { RUN_PHASES } from './phases.ts'

/** Reason why a run or an attempt ended, with the observations that prove the reason. */
export interface Ending {
  readonly reason: ReasonCode
  readonly evidence: Evidence
}

/** Observations about an end: exit status, signal number, last lines of the log, or a sentence (`detail`). */
export interface Evidence {
  readonly exitCode?: number
  readonly signal?: number
  readonly lastLines?: string
  readonly detail?: string | Detail
}

/**
 * Reason why a run does not continue yet, for example in the queue or at a rung. `args` fill the sentence of `code`.
 */
export interface Waiting {
  readonly code: WaitingCode
  readonly args: Args
}

/**
 * The submitting machine as the client describes it: the folder of the code (`workDir`), the Python of the shell, its
 * PATH (`path`), and the git state of the folder; null without Python or git repository.
 */
export const hostInfo = z.strictObject({
  workDir: z.string().min(1).max(4096),
  python: z.strictObject({ executable: z.string().max(4096), version: z.string().max(100) }).nullable(),
  path: z.string().max(32_768),
  git: z
    .strictObject({
      commit: z.string().max(100),
      branch: z.string().max(500),
      remote: z.string().max(2000),
      isDirty: z.boolean(),
      /** SHA-256 of the output of `git diff HEAD`, which is stored like a document; null without a difference. */
      diff: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .nullish(),
    })
    .nullable(),
})
export type HostInfo = z.output<typeof hostInfo>

/** A number in JSON. NaN and the infinities, which JSON lacks, are texts. */
export const wireNumber = z.union([z.number(), z.literal('NaN'), z.literal('Infinity'), z.literal('-Infinity')])
export type WireNumber = z.output<typeof wireNumber>

/** Converts a number to its form in JSON: NaN and infinities become texts. */
export function toWireNumber(value: number): WireNumber {
  return Number.isFinite(value) ? value : (String(value) as WireNumber)
}

/** A point in time as ISO 8601 text in UTC, such as `2026-01-31T12:00:00.000Z`. */
export const moment = z.iso.datetime()

/** Statistics of the values of a metric of a run; minimum, maximum and mean ignore NaN, `count` includes it. */
const summaryView = z.strictObject({
  last: wireNumber,
  min: wireNumber,
  max: wireNumber,
  mean: wireNumber,
  count: z.int(),
})
export type SummaryView = z.output<typeof summaryView>

/**
 * States of an attempt. `intent`: stored, but its process may not have been started yet; `launched`: its process was
 * started; `ended`: its process has ended.
 */
const ATTEMPT_STATES = ['intent', 'launched', 'ended'] as const
export type AttemptState = (typeof ATTEMPT_STATES)[number]

const attemptView = z.strictObject({
  n: z.int(),
  state: z.enum(ATTEMPT_STATES),
  reason: z.string().nullable(),
  exitCode: z.int().nullable(),
  startedAt: moment.nullable(),
  endedAt: moment.nullable(),
  outputsPath: z.string().nullable(),
  /**
   * Delivery of tracking records: number of records received, number of records that their writers gave up (`lost`),
   * and whether every writer has sent its last batch (`isClosed`; false without a writer).
   */
  delivery: z.strictObject({ received: z.int(), lost: z.int(), isClosed: z.boolean() }),
})
export type AttemptView = z.output<typeof attemptView>

/** The run from which another run was derived, and how. `run` is its number; null if it no longer exists. */
const originView = z.strictObject({ kind: z.enum(['restarts', 'resumes', 'copies']), run: z.int().nullable() })

/** A run in the run list. */
export const runView = z.strictObject({
  id: z.string(),
  number: z.int(),
  project: z.string(),
  kind: z.string(),
  name: z.string().nullable(),
  note: z.string().nullable(),
  /** Number (`sweep`) and name of the run's sweep, and the run's index among the trials (`trial`), from 0. */
  sweep: z.int().nullable(),
  sweepName: z.string().nullable(),
  trial: z.int().nullable(),
  phase: z.enum(RUN_PHASES),
  reason: z.string().nullable(),
  /** Sentence of the code `reason`, in the reader's language. */
  message: z.string().nullable(),
  /**
   * Line of the log that explains a failure: that of the last Python exception, else the last line. Null unless the run
   * failed by its command.
   */
  cause: z.string().nullable(),
  /** Sentence that explains why the run waits, in the reader's language; null if it does not wait. */
  waiting: z.string().nullable(),
  params: z.record(z.string(), z.unknown()),
  tags: z.array(z.string()),
  metrics: z.record(z.string(), summaryView),
  origin: originView.nullable(),
  /** Digest of the run's snapshot; null if the run works in the folder that it was submitted from. */
  snapshot: z.string().nullable(),
  /** Hash of the environment that the run needs; null if it needs none or the hash is not computed yet. */
  environment: z.string().nullable(),
  commit: z.string().nullable(),
  branch: z.string().nullable(),
  /** Creator of the run: `person`, `run` or `platform`. */
  actor: z.string(),
  /** Number of attempts of the run so far. */
  attemptCount: z.int(),
  createdAt: moment,
  startedAt: moment.nullable(),
  endedAt: moment.nullable(),
  deletedAt: moment.nullable(),
})
export type RunView = z.output<typeof runView>

/**
 * The Python and the environment that a run actually used. `imageAsked` is the container image that its document names,
 * which is only recorded.
 */
const ranOnView = z.strictObject({
  python: z.strictObject({ executable: z.string(), version: z.string() }).nullable(),
  environment: z.string().nullable(),
  imageAsked: z.string().nullable(),
})

/** Amounts that a run requests: cores, mebibytes of memory, devices. An amount that it does not request is absent. */
const resourcesView = z.strictObject({
  cpu: z.number().optional(),
  memoryMib: z.number().optional(),
  gpu: z.number().optional(),
  tpu: z.number().optional(),
})

/** A run with its command, requested resources, submitting machine and attempts. */
export const runDetailView = runView.extend({
  command: z.string().nullable(),
  resources: resourcesView,
  planDigest: z.string(),
  host: hostInfo.nullable(),
  ranOn: ranOnView.nullable(),
  attempts: z.array(attemptView),
})
export type RunDetailView = z.output<typeof runDetailView>
