import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import { isTerminal } from '../../contract/phases.ts'
import type { Acknowledgement, BatchRequest, TrackingRecord } from '../../contract/tracking.ts'
import { encodeValue } from '../../contract/values.ts'
import type { ValueMap } from '../../contract/values.ts'
import { batchRequest } from '../../contract/tracking.ts'
import { parseRecord } from '../../core/metrics/parse-record.ts'
import type { ParsedRecord } from '../../core/metrics/parse-record.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Stores, Store } from '../../core/ports/store.ts'
import type { SeriesPoints } from '../../core/ports/tracking-store.ts'
import type { Run } from '../../core/records/run.ts'
import { loadCurrentRun } from '../current.ts'
import type { Nudges } from '../../core/ports/nudges.ts'

export interface TrackingDeps {
  readonly store: Store
  readonly clock: Clock
  readonly nudges: Nudges
}

interface Applied extends Acknowledgement {
  readonly hasMetrics: boolean
  readonly hasPhaseChanged: boolean
}

/**
 * Stores a batch of tracking records in one transaction: drops records up to the writer's last acknowledged number,
 * applies the others, and raises that number. Returns once the transaction is durable. Throws AppError `gap` if records
 * before the batch are missing that the writer has not declared lost, `forbidden` for the writer of another run or
 * attempt, and `not_found` for a run whose removal has begun.
 */
export async function takeBatch(
  { store, clock, nudges }: TrackingDeps,
  run: Run,
  batch: BatchRequest,
): Promise<Acknowledgement> {
  const parsed = batch.records.map(parseRecord)

  const { ack, refused, hasMetrics, hasPhaseChanged } = await store.write((stores) =>
    applyBatch(stores, run, { batch, parsed, now: clock.now() }),
  )

  if (hasPhaseChanged) nudges.run(run.id)
  if (hasMetrics && run.sweepId !== null) nudges.sweep(run.sweepId)
  return { ack, refused }
}

/**
 * Stores tracking records that the processes of an ended attempt logged but did not send. Throws ZodError for a
 * malformed batch.
 */
export async function takeLeftBatches(deps: TrackingDeps, run: Run, batches: Iterable<BatchRequest>): Promise<void> {
  // The batches come from files that any program of a run can write, so each one is validated.
  for (const batch of batches) await takeBatch(deps, run, batchRequest.parse(batch))
}

interface Batch {
  readonly batch: BatchRequest
  readonly parsed: readonly ParsedRecord[]
  readonly now: number
}

async function applyBatch(stores: Stores, run: Run, { batch, parsed, now }: Batch): Promise<Applied> {
  // The rows of a run that is being removed are deleted piece by piece. Rows written now might never be deleted.
  if (!(await stores.runTrash.isNotPurged(run.id)))
    throw new AppError('not_found', { what: phrase('thing_run', { name: run.number }) })

  const writer = await stores.tracking.openWriter(batch.writer, run.id, batch.attempt)
  // The writer belongs to another run or attempt: its acknowledged number does not apply to these records.
  if (!writer) throw new AppError('forbidden')

  const missing = Math.max(0, batch.first - 1 - writer.lastSequence)
  if (missing > (batch.lost ?? 0)) throw new AppError('gap', { first: batch.first, mark: writer.lastSequence })
  const acknowledgedCount = Math.max(0, writer.lastSequence - batch.first + 1)

  const records: TrackingRecord[] = []
  const refused: Acknowledgement['refused'][number][] = []
  parsed.slice(acknowledgedCount).forEach(({ record, refused: why }, index) => {
    if (record !== null) records.push(record)
    if (why.length > 0)
      refused.push({ seq: batch.first + acknowledgedCount + index, why: joinReasons(why), partly: record !== null })
  })

  const lastSequence = Math.max(writer.lastSequence, batch.first + parsed.length - 1)
  await applyRecords(stores, run, batch, records)
  await stores.tracking.putWriter(batch.writer, {
    lastSequence,
    lost: writer.lost + missing,
    isClosed: writer.isClosed || batch.closed === true,
  })

  const hasPhaseChanged = !run.isExecuted && (await updateReportedPhase(stores, run, records, now))
  return {
    ack: lastSequence,
    refused,
    hasPhaseChanged,
    hasMetrics: records.some((record) => record.kind === 'metrics'),
  }
}

const REFUSALS_SHOWN = 3

/**
 * Joins the first `REFUSALS_SHOWN` reasons why parts of a tracking record were refused, and appends the number of the
 * others. A record can have a thousand names and as many reasons.
 */
function joinReasons(refused: readonly string[]): string {
  const shown = refused.slice(0, REFUSALS_SHOWN).join('; ')
  return refused.length > REFUSALS_SHOWN ? `${shown}; and ${refused.length - REFUSALS_SHOWN} more` : shown
}

/** Applies tracking records to the run: stores points, parameters, tags and the records of logged artifacts. */
async function applyRecords(
  stores: Stores,
  run: Run,
  { attempt, writer }: BatchRequest,
  records: readonly TrackingRecord[],
): Promise<void> {
  const series = toSeries(records)
  if (series.length > 0) await stores.tracking.appendPoints(run, series, { attempt, writer: toWriterNumber(writer) })

  const params = records.flatMap((record) => (record.kind === 'params' ? [record.values] : []))
  const tags = records.flatMap((record) => (record.kind === 'tags' ? record.tags : []))

  if (params.length > 0 || tags.length > 0) {
    const current = await loadCurrentRun(stores, run)
    const logged = Object.assign({}, ...params) as ValueMap
    await stores.runs.annotate(run, {
      params: {
        ...current.params,
        ...(attempt < current.attemptCount ? settableByEarlierAttempt(current, logged) : logged),
      },
      tags: [...new Set([...current.tags, ...tags])],
    })
  }

  const artifacts = records.flatMap((record) => (record.kind === 'artifact' ? [record] : []))
  await stores.outputs.put(
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

/**
 * Returns those of the `logged` parameters of an earlier attempt that may still be stored: parameters that the run does
 * not have, or whose value is that of the plan. A value that a later attempt logged stays.
 */
function settableByEarlierAttempt({ params, plan }: Run, logged: ValueMap): ValueMap {
  const isUnchanged = (name: string) =>
    !Object.hasOwn(params, name) ||
    (Object.hasOwn(plan.params, name) && encodeValue(params[name]) === encodeValue(plan.params[name]))
  return Object.fromEntries(Object.entries(logged).filter(([name]) => isUnchanged(name)))
}

/** Returns the last 48 bits of a writer's id, which are random and which a float64 represents exactly. */
function toWriterNumber(writer: string): number {
  return Number.parseInt(writer.slice(-12), 16)
}

/** Returns the points of each metric, in the order of the records. */
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

/** Minimum time between two updates of `lastReceivedAt`. Must be far below `LIMITS.silentMs`. */
const RECEIVED_WRITE_INTERVAL_MS = 30_000

/**
 * Updates a run started by hand after a batch: any batch ends phase `unknown`, and a `status` record ends the run.
 * Returns whether the phase has changed.
 */
async function updateReportedPhase(
  stores: Stores,
  run: Run,
  records: readonly TrackingRecord[],
  now: number,
): Promise<boolean> {
  const status = records.findLast((record) => record.kind === 'status')
  const current = status || run.phase === 'unknown' ? await loadCurrentRun(stores, run) : run

  if (isTerminal(current.phase)) return false

  if (status) await end(stores, current, status, now)
  else if (current.phase === 'unknown') await stores.runs.transition(current, 'running', { lastReceivedAt: now })
  else if (now - (current.lastReceivedAt ?? 0) < RECEIVED_WRITE_INTERVAL_MS) return false
  else await stores.runs.annotate(run, { lastReceivedAt: now })

  return status !== undefined || current.phase === 'unknown'
}

/** Ends a run started by hand with the phase that its script reported. */
async function end(
  stores: Stores,
  run: Run,
  status: Extract<TrackingRecord, { kind: 'status' }>,
  endedAt: number,
): Promise<void> {
  const ending =
    status.status === 'succeeded'
      ? ({ reason: 'Completed', evidence: {} } as const)
      : ({ reason: 'Reported', evidence: { detail: status.message } } as const)

  const attempt = await stores.attempts.findLatest(run.id)
  await stores.runs.transition(run, status.status, { ending, endedAt, isCollected: true })
  if (attempt) await stores.attempts.markEnded(attempt.id, ending, endedAt)
  await stores.events.append([
    { kind: 'run.ended', actor: 'run', runId: run.id, data: { phase: status.status, reason: ending.reason } },
  ])
}
