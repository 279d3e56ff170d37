import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import { isTerminal } from '../contract/phases.ts'
import type { Acknowledgement, BatchRequest, TrackingRecord } from '../contract/tracking.ts'
import { encodeValue } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import { batchRequest } from '../contract/tracking.ts'
import { parseRecord } from '../core/metrics/records.ts'
import type { ParsedRecord } from '../core/metrics/records.ts'
import type { Clock, Parts, SeriesPoints, Store } from '../core/ports.ts'
import type { Run } from '../core/records.ts'
import { currentRun } from './current.ts'
import type { Hints } from './hints.ts'

export interface TrackingDeps {
  readonly store: Store
  readonly clock: Clock
  readonly hints: Hints
}

interface Applied extends Acknowledgement {
  readonly hasMetrics: boolean
  readonly hasMoved: boolean
}

/**
 * Takes a writer's batch: what lies at or below its mark is dropped, a gap is refused with `gap` unless the writer declares
 * it lost, the rest is applied and the mark moved in the same transaction. Returns once that is durable.
 */
export async function takeBatch(
  { store, clock, hints }: TrackingDeps,
  run: Run,
  batch: BatchRequest,
): Promise<Acknowledgement> {
  const parsed = batch.records.map(parseRecord)
  const { ack, refused, hasMetrics, hasMoved } = await store.write((parts) =>
    applyBatch(parts, run, { batch, parsed, now: clock.now() }),
  )
  if (hasMoved) hints.run(run.id)
  if (hasMetrics && run.sweepId !== null) hints.sweep(run.sweepId)
  return { ack, refused }
}

/** Takes what a process of an attempt that ended had logged and not sent. */
export async function takeLeftBatches(deps: TrackingDeps, run: Run, batches: Iterable<BatchRequest>): Promise<void> {
  // Programs write such files themselves if they like.
  for (const batch of batches) await takeBatch(deps, run, batchRequest.parse(batch))
}

interface Batch {
  readonly batch: BatchRequest
  readonly parsed: readonly ParsedRecord[]
  readonly now: number
}

async function applyBatch(parts: Parts, run: Run, { batch, parsed, now }: Batch): Promise<Applied> {
  // Its rows go piece by piece: what were written now would stay behind, or find nothing to belong to.
  if (!(await parts.runs.isKept(run.id)))
    throw new AppError('not_found', { what: phrase('thing_run', { name: run.number }) })
  const writer = await parts.tracking.writer(batch.writer, run.id, batch.attempt)
  // Another run's writer, or another attempt's: its mark says nothing about these records.
  if (!writer) throw new AppError('forbidden')
  const missing = Math.max(0, batch.first - 1 - writer.mark)
  if (missing > (batch.lost ?? 0)) throw new AppError('gap', { first: batch.first, mark: writer.mark })
  const known = Math.max(0, writer.mark - batch.first + 1)
  const records: TrackingRecord[] = []
  const refused: Acknowledgement['refused'][number][] = []
  parsed.slice(known).forEach(({ record, refused: why }, index) => {
    if (record !== null) records.push(record)
    if (why.length > 0) refused.push({ seq: batch.first + known + index, why: sentence(why), partly: record !== null })
  })
  const mark = Math.max(writer.mark, batch.first + parsed.length - 1)
  await applyRecords(parts, run, batch, records)
  await parts.tracking.putWriter(batch.writer, {
    mark,
    lost: writer.lost + missing,
    isClosed: writer.isClosed || batch.closed === true,
  })
  const hasMoved = !run.isExecuted && (await hear(parts, run, records, now))
  return { ack: mark, refused, hasMoved, hasMetrics: records.some((record) => record.kind === 'metrics') }
}

const REFUSALS_SHOWN = 3

/** A record may have a thousand names: an answer that named all of them would be longer than the batch. */
function sentence(refused: readonly string[]): string {
  const shown = refused.slice(0, REFUSALS_SHOWN).join('; ')
  return refused.length > REFUSALS_SHOWN ? `${shown}; and ${refused.length - REFUSALS_SHOWN} more` : shown
}

async function applyRecords(
  parts: Parts,
  run: Run,
  { attempt, writer }: BatchRequest,
  records: readonly TrackingRecord[],
): Promise<void> {
  const series = toSeries(records)
  if (series.length > 0) await parts.tracking.append(run, series, { attempt, writer: toWriterNumber(writer) })
  const params = records.flatMap((record) => (record.kind === 'params' ? [record.values] : []))
  const tags = records.flatMap((record) => (record.kind === 'tags' ? record.tags : []))
  if (params.length > 0 || tags.length > 0) {
    const current = await currentRun(parts, run)
    const logged = Object.assign({}, ...params) as ValueMap
    await parts.runs.annotate(run, {
      params: { ...current.params, ...(attempt < current.attempts ? unchangedSince(current, logged) : logged) },
      tags: [...new Set([...current.tags, ...tags])],
    })
  }
  const artifacts = records.flatMap((record) => (record.kind === 'artifact' ? [record] : []))
  await parts.attempts.putArtifacts(
    run.id,
    artifacts.map((item) => ({
      path: item.name,
      sizeBytes: item.sizeBytes,
      sha256: item.sha256,
      kind: 'logged',
      attempt,
    })),
  )
}

/** Parameters that an earlier attempt logged and that arrive late: those of a later one stay. */
function unchangedSince({ params, plan }: Run, logged: ValueMap): ValueMap {
  const isUnchanged = (name: string) =>
    !Object.hasOwn(params, name) ||
    (Object.hasOwn(plan.params, name) && encodeValue(params[name]) === encodeValue(plan.params[name]))
  return Object.fromEntries(Object.entries(logged).filter(([name]) => isUnchanged(name)))
}

/** The last 48 bits of a writer's id, which are random and which a float64 holds exactly. */
function toWriterNumber(writer: string): number {
  return Number.parseInt(writer.slice(-12), 16)
}

/** Points by series, in the order the records came. */
function toSeries(records: readonly TrackingRecord[]): SeriesPoints[] {
  const numbers = new Map<string, number[]>()
  for (const record of records) {
    if (record.kind !== 'metrics') continue
    const { step, time, names, values } = record
    for (const [at, name] of names.entries()) {
      const list = numbers.get(name)
      if (list) list.push(step, time * 1000, values[at]!)
      else numbers.set(name, [step, time * 1000, values[at]!])
    }
  }
  return [...numbers].map(([name, list]) => ({ name, points: new Float64Array(list) }))
}

/** How old the mark of the last message may grow before it is written again; far below the silence that counts. */
const HEARD_EVERY_MS = 30_000

/** A script without an executor lives by its messages: they end a silence, and its last one says how it ended. */
async function hear(parts: Parts, run: Run, records: readonly TrackingRecord[], now: number): Promise<boolean> {
  const status = records.findLast((record) => record.kind === 'status')
  const current = status || run.phase === 'unknown' ? await currentRun(parts, run) : run
  if (isTerminal(current.phase)) return false
  if (status) await end(parts, current, status, now)
  else if (current.phase === 'unknown') await parts.runs.transition(current, 'running', { lastHeardAt: now })
  else if (now - (current.lastHeardAt ?? 0) < HEARD_EVERY_MS) return false
  else await parts.runs.annotate(run, { lastHeardAt: now })
  return status !== undefined || current.phase === 'unknown'
}

async function end(
  parts: Parts,
  run: Run,
  status: Extract<TrackingRecord, { kind: 'status' }>,
  endedAt: number,
): Promise<void> {
  const ending =
    status.status === 'succeeded'
      ? ({ reason: 'Completed', evidence: {} } as const)
      : ({ reason: 'Reported', evidence: { detail: status.message } } as const)
  const attempt = await parts.attempts.latest(run.id)
  await parts.runs.transition(run, status.status, { ending, endedAt, isCollected: true })
  if (attempt) await parts.attempts.markEnded(attempt.id, ending, endedAt)
  await parts.events.append([
    { kind: 'run.ended', actor: 'run', runId: run.id, data: { phase: status.status, reason: ending.reason } },
  ])
}
