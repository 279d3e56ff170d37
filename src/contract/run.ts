import { z } from 'zod'

import type { ReasonCode, WaitingCode } from './messages/messages.ts'

/** Phases of a run, in the order a run passes through them. */
export const RUN_PHASES = ['created', 'queued', 'preparing', 'starting', 'running', 'stopping', 'paused', 'succeeded', 'failed', 'stopped', 'unknown'] as const
export type RunPhase = (typeof RUN_PHASES)[number]

/** Phases nothing leaves. */
const TERMINAL_RUN_PHASES = ['succeeded', 'failed', 'stopped'] as const satisfies readonly RunPhase[]

export function isTerminal(phase: RunPhase): boolean {
  return (TERMINAL_RUN_PHASES as readonly RunPhase[]).includes(phase)
}

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
  readonly detail?: string
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
  git: z.strictObject({ commit: z.string().max(100), branch: z.string().max(500), remote: z.string().max(2000), isDirty: z.boolean() }).nullable(),
})
export type HostInfo = z.output<typeof hostInfo>

/** A number on the wire: JSON has no NaN and no infinities. */
export type WireNumber = number | 'NaN' | 'Infinity' | '-Infinity'

export function toWireNumber(value: number): WireNumber {
  return Number.isFinite(value) ? value : (String(value) as WireNumber)
}

export interface SummaryView {
  readonly last: WireNumber
  readonly min: WireNumber
  readonly max: WireNumber
  readonly mean: WireNumber
  readonly count: number
}

export interface AttemptView {
  readonly n: number
  readonly state: AttemptState
  readonly reason: string | null
  readonly exitCode: number | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly outputsPath: string | null
  readonly delivery: { readonly received: number; readonly lost: number; readonly isClosed: boolean }
}

/** Committed and perhaps not yet started; started; over. */
export type AttemptState = 'intent' | 'launched' | 'ended'

export interface RunView {
  readonly id: string
  readonly number: number
  readonly kind: string
  readonly name: string | null
  readonly sweep: number | null
  readonly trial: number | null
  readonly phase: RunPhase
  readonly reason: string | null
  readonly message: string | null
  readonly waiting: string | null
  readonly params: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  readonly metrics: Readonly<Record<string, SummaryView>>
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export interface RunDetailView extends RunView {
  readonly command: string | null
  readonly planDigest: string
  readonly host: HostInfo | null
  readonly attempts: readonly AttemptView[]
}
