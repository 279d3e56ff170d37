import { z } from 'zod'

import type { Args, Detail, ReasonCode, WaitingCode } from './messages/messages.ts'
import { RUN_PHASES } from './phases.ts'

/** Why something ended, with the evidence. */
export interface Ending {
  readonly reason: ReasonCode
  readonly evidence: Evidence
}

/** Observations about an end: exit status, signal, last lines of the log, or a sentence. */
export interface Evidence {
  readonly exitCode?: number
  readonly signal?: number
  readonly lastLines?: string
  readonly detail?: string | Detail
}

/** Why a run waits: in the queue, or paused at a rung. */
export interface Waiting {
  readonly code: WaitingCode
  readonly args: Args
}

/**
 * The submitting machine as the client describes it: the folder that the run works in, its Python, its PATH, and the
 * git state of the folder.
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
      /** SHA-256 of the difference to the commit, which is stored as a document; null without one. */
      diff: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .nullish(),
    })
    .nullable(),
})
export type HostInfo = z.output<typeof hostInfo>

/** A number in JSON, which has no NaN and no infinities: those are words. */
export const wireNumber = z.union([z.number(), z.literal('NaN'), z.literal('Infinity'), z.literal('-Infinity')])
export type WireNumber = z.output<typeof wireNumber>

/** Converts a number to its form in JSON. */
export function toWireNumber(value: number): WireNumber {
  return Number.isFinite(value) ? value : (String(value) as WireNumber)
}

/** A time in ISO 8601. */
export const moment = z.iso.datetime()

/** Statistics of a series; minimum, maximum and mean ignore NaN. */
const summaryView = z.strictObject({
  last: wireNumber,
  min: wireNumber,
  max: wireNumber,
  mean: wireNumber,
  count: z.int(),
})
export type SummaryView = z.output<typeof summaryView>

/** `intent`: committed, and perhaps not started yet; `launched`: started; `ended`. */
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
   * Tracking records received, tracking records that their writers gave up, and whether every writer has sent its last
   * batch.
   */
  delivery: z.strictObject({ received: z.int(), lost: z.int(), isClosed: z.boolean() }),
})
export type AttemptView = z.output<typeof attemptView>

/** The run that a run was made from, and how. `run` is null where it no longer exists. */
const originView = z.strictObject({ kind: z.enum(['restarts', 'resumes', 'copies']), run: z.int().nullable() })

/** A run in the run list. */
export const runView = z.strictObject({
  id: z.string(),
  number: z.int(),
  project: z.string(),
  kind: z.string(),
  name: z.string().nullable(),
  note: z.string().nullable(),
  /** Number and name of its sweep, and its place among the trials, from 0. */
  sweep: z.int().nullable(),
  sweepName: z.string().nullable(),
  trial: z.int().nullable(),
  phase: z.enum(RUN_PHASES),
  reason: z.string().nullable(),
  /** Sentence for the reason, in the reader's language. */
  message: z.string().nullable(),
  /**
   * The log line that says why it failed: the last Python exception, else the last line. Null where the log does not
   * explain more than the reason.
   */
  cause: z.string().nullable(),
  /** Why it waits, in the reader's language. */
  waiting: z.string().nullable(),
  params: z.record(z.string(), z.unknown()),
  tags: z.array(z.string()),
  metrics: z.record(z.string(), summaryView),
  origin: originView.nullable(),
  /** Digest of its snapshot; null where it works in the folder that it was submitted from. */
  snapshot: z.string().nullable(),
  /** Hash of the environment that it needs; null where it needs none or the hash is not computed yet. */
  environment: z.string().nullable(),
  commit: z.string().nullable(),
  branch: z.string().nullable(),
  /** Who made it: `person`, `run` or `platform`. */
  actor: z.string(),
  /** Number of attempts so far. */
  attemptCount: z.int(),
  createdAt: moment,
  startedAt: moment.nullable(),
  endedAt: moment.nullable(),
  deletedAt: moment.nullable(),
})
export type RunView = z.output<typeof runView>

/** Interpreter and environment that a run actually used, and the container image that its document names. */
const ranOnView = z.strictObject({
  python: z.strictObject({ executable: z.string(), version: z.string() }).nullable(),
  environment: z.string().nullable(),
  imageAsked: z.string().nullable(),
})

/** Amounts that a run asks for: cores, mebibytes, devices. An amount that it does not ask for is absent. */
const resourcesView = z.strictObject({
  cpu: z.number().optional(),
  memoryMib: z.number().optional(),
  gpu: z.number().optional(),
  tpu: z.number().optional(),
})

/** A run with its command, machine and attempts. */
export const runDetailView = runView.extend({
  command: z.string().nullable(),
  resources: resourcesView,
  planDigest: z.string(),
  host: hostInfo.nullable(),
  ranOn: ranOnView.nullable(),
  attempts: z.array(attemptView),
})
export type RunDetailView = z.output<typeof runDetailView>
