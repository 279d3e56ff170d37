import { z } from 'zod'

import type { Detail, ReasonCode, WaitingCode } from './messages/messages.ts'
import { RUN_PHASES } from './phases.ts'

/** Why something ended, with what proves it. */
export interface Ending {
  readonly reason: ReasonCode
  readonly evidence: Evidence
}

/** What was seen of an end: exit status, signal, last lines, or a sentence. */
export interface Evidence {
  readonly exitCode?: number
  readonly signal?: number
  readonly lastLines?: string
  readonly detail?: string | Detail
}

/** Why a queued run does not start yet. */
export interface Waiting {
  readonly code: WaitingCode
  readonly args: Readonly<Record<string, string | number>>
}

/** What the submitting machine says of itself. `code` is the folder the run works in and what git knows of it. */
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
      /** SHA-256 of the difference to the commit, kept beside the code; null without one. */
      diff: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .nullish(),
    })
    .nullable(),
})
export type HostInfo = z.output<typeof hostInfo>

/** A number on the wire: JSON has no NaN and no infinities. */
export const wireNumber = z.union([z.number(), z.literal('NaN'), z.literal('Infinity'), z.literal('-Infinity')])
export type WireNumber = z.output<typeof wireNumber>

export function toWireNumber(value: number): WireNumber {
  return Number.isFinite(value) ? value : (String(value) as WireNumber)
}

/** A moment as ISO 8601. */
export const moment = z.iso.datetime()

/** What a series comes to; minimum, maximum and mean leave NaN out. */
const summaryView = z.strictObject({
  last: wireNumber,
  min: wireNumber,
  max: wireNumber,
  mean: wireNumber,
  count: z.int(),
})
export type SummaryView = z.output<typeof summaryView>

/** Committed and perhaps not yet started; started; over. */
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
  /** Tracking records: taken, declared lost by their writer, and whether every writer has said its last word. */
  delivery: z.strictObject({ received: z.int(), lost: z.int(), isClosed: z.boolean() }),
})
export type AttemptView = z.output<typeof attemptView>

/** What a run was made from. */
const originView = z.strictObject({ kind: z.enum(['restarts', 'resumes', 'copies']), run: z.int().nullable() })

export const runView = z.strictObject({
  id: z.string(),
  number: z.int(),
  project: z.string(),
  kind: z.string(),
  name: z.string().nullable(),
  note: z.string().nullable(),
  /** Number and name of its sweep, and its place among the trials from 0. */
  sweep: z.int().nullable(),
  sweepName: z.string().nullable(),
  trial: z.int().nullable(),
  phase: z.enum(RUN_PHASES),
  reason: z.string().nullable(),
  /** The reason as a sentence in the reader's language. */
  message: z.string().nullable(),
  /** The line of its log that says why it failed: that of the last exception of Python, else the last one. Null where the log says no more than the reason. */
  cause: z.string().nullable(),
  /** Why it has not started yet. */
  waiting: z.string().nullable(),
  params: z.record(z.string(), z.unknown()),
  tags: z.array(z.string()),
  metrics: z.record(z.string(), summaryView),
  origin: originView.nullable(),
  /** Digest of its code; null when it works in the submitting folder itself. */
  snapshot: z.string().nullable(),
  /** Hash of the environment it needs; null when it needs none. */
  environment: z.string().nullable(),
  commit: z.string().nullable(),
  branch: z.string().nullable(),
  /** Who made it: person, run or platform. */
  actor: z.string(),
  /** How many attempts it has had. */
  attemptCount: z.int(),
  createdAt: moment,
  startedAt: moment.nullable(),
  endedAt: moment.nullable(),
  deletedAt: moment.nullable(),
})
export type RunView = z.output<typeof runView>

const ranOnView = z.strictObject({
  python: z.strictObject({ executable: z.string(), version: z.string() }).nullable(),
  environment: z.string().nullable(),
  imageAsked: z.string().nullable(),
})

/** What a run asks for: cores, mebibytes, devices; absent where it does not ask. */
const resourcesView = z.strictObject({
  cpu: z.number().optional(),
  memoryMib: z.number().optional(),
  gpu: z.number().optional(),
  tpu: z.number().optional(),
})

export const runDetailView = runView.extend({
  command: z.string().nullable(),
  resources: resourcesView,
  planDigest: z.string(),
  host: hostInfo.nullable(),
  ranOn: ranOnView.nullable(),
  attempts: z.array(attemptView),
})
export type RunDetailView = z.output<typeof runDetailView>
