import { randomUUID } from 'node:crypto'

import { sql } from 'kysely'

import type { RunPlan } from '../src/contract/plan.ts'
import { DEFAULT_PROJECT } from '../src/contract/project.ts'
import { encodeValue } from '../src/contract/values.ts'
import { packSummary, summarize, EMPTY_SUMMARY, toBucket } from '../src/core/metrics/series.ts'
import { loadPlan } from '../src/core/language/load.ts'
import type { Database } from '../src/store/database.ts'
import { migrate } from '../src/store/migrate.ts'
import { printProgress } from './support.ts'

/** Number of ordinary runs that `fill` inserts. `LargeData` adds further runs. */
export const RUNS = 100_000
/** Number of metrics of an ordinary run. Runs whose number is divisible by three lack the metric `m07`. */
export const METRICS = 20
const PARAMS = 10
const POINTS = 1_000_000
const CHUNK_POINTS = 256
const ROWS_AT_ONCE = 500

/**
 * Options of `fill`. The runs of `longestPoints`, `wide` and `named` get numbers after those of the RUNS ordinary runs.
 */
export interface LargeData {
  /** Number of the first ordinary run; 1 by default. */
  readonly first?: number
  /**
   * Number of ordinary runs that get a series `long` of a million points: those with the highest numbers. 1 by default.
   */
  readonly longRuns?: number
  /**
   * Existing sweep. The first `trials` ordinary runs become trials of it and have the metric `metric` instead of `m00`.
   */
  readonly sweep?: { readonly id: string; readonly trials: number; readonly metric: string }
  /** Further runs in the project `projectId`, each with `names` parameters and `names` metrics. */
  readonly wide?: { readonly projectId: string; readonly runs: number; readonly names: number }
  /** Further runs in the default project, each with `names` metrics that no other run has. */
  readonly named?: { readonly runs: number; readonly names: number }
  /** Number of points in the series `long` of one further run, whose number follows that of the last ordinary run. */
  readonly longestPoints?: number
}

/** Creates the tables and inserts the rows that the server would write for these runs, ROWS_AT_ONCE per statement. */
export async function fill(
  database: Database,
  { first: start = 1, longRuns = 1, sweep, wide, named, longestPoints }: LargeData = {},
): Promise<void> {
  await migrate(database)
  const db = database.writer
  await database.dialect.begin.execute(db)

  const plan = loadPlan([{ file: 'a.yml', text: 'version: 1\nkind: experiment\nrun: {cmd: python train.py}' }])
    .plan as RunPlan
  const random = lcg(7)

  for (let first = start; first < start + RUNS; first += ROWS_AT_ONCE) {
    const numbers = Array.from({ length: ROWS_AT_ONCE }, (_, index) => first + index)
    const runs = numbers.map((number) => toRun(number, plan, random, trialOf(sweep, number - start)))
    await insertRuns(db, runs)
    if ((first - start) % 20_000 === 0) printProgress(`${first - start} of ${RUNS} runs`)
  }

  const last = start + RUNS - 1
  for (let number = last - longRuns + 1; number <= last; number += 1) await fillSeries(database, number, POINTS)

  if (longestPoints) {
    await insertRuns(db, [toRun(last + 1, plan, random, undefined)])
    await fillSeries(database, last + 1, longestPoints)
  }

  const wideFirst = last + 2
  if (wide) {
    const size = { ...USUAL, params: wide.names, metrics: wide.names, projectId: wide.projectId }
    const numbers = Array.from({ length: wide.runs }, (_, i) => wideFirst + i)
    // Inserted one run at a time, because each has more than a thousand rows.
    for (const number of numbers) await insertRuns(db, [toRun(number, plan, random, undefined, size)])
  }

  const namedFirst = wideFirst + (wide?.runs ?? 0)
  for (let number = namedFirst; number < namedFirst + (named?.runs ?? 0); number += 1)
    await insertRuns(db, [
      toRun(number, plan, random, undefined, { ...USUAL, metrics: named!.names, prefix: `run-${number}/` }),
    ])

  await db.deleteFrom('counter').where('name', '=', 'number').execute()
  await db
    .insertInto('counter')
    .values({ name: 'number', value: namedFirst + (named?.runs ?? 0) })
    .execute()
  await sql`commit`.execute(db)
}

type MadeRun = ReturnType<typeof toRun>

async function insertRuns(db: Database['writer'], runs: readonly MadeRun[]): Promise<void> {
  const inserted = async (table: 'run' | 'run_param' | 'series' | 'metric', rows: object[]) => {
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
      await db
        .insertInto(table)
        .values(rows.slice(at, at + ROWS_AT_ONCE) as never)
        .execute()
  }

  await inserted(
    'run',
    runs.map((run) => run.row),
  )
  await inserted(
    'run_param',
    runs.flatMap((run) => run.params),
  )
  await inserted(
    'series',
    runs.flatMap((run) => run.metrics.map(({ name }) => ({ run_id: run.row.id, name }))),
  )
  await inserted(
    'metric',
    runs.flatMap((run) => run.metrics),
  )
}

/**
 * Returns the trial that the ordinary run at position `at`, from 0, becomes; undefined if it is no trial. Indexes of
 * these trials start at 100, because the sweep itself has already created trials with smaller ones.
 */
function trialOf(
  sweep: LargeData['sweep'],
  at: number,
): { sweepId: string; index: number; metric: string } | undefined {
  return sweep && at < sweep.trials ? { sweepId: sweep.id, index: 100 + at, metric: sweep.metric } : undefined
}

const USUAL = { params: PARAMS, metrics: METRICS, projectId: DEFAULT_PROJECT.id as string, prefix: '' }

function toRun(number: number, plan: RunPlan, random: () => number, trial: ReturnType<typeof trialOf>, size = USUAL) {
  const params = Object.fromEntries(
    Array.from({ length: size.params }, (_, index) => [
      `p${String(index).padStart(2, '0')}`,
      index === 1 ? ['adam', 'sgd', 'rmsprop'][Math.floor(random() * 3)]! : random(),
    ]),
  )

  const id = randomUUID()
  const own = { ...plan, params }

  return {
    row: {
      id,
      number,
      sweep_id: trial?.sweepId ?? null,
      trial_index: trial?.index ?? null,
      kind: 'experiment',
      plan: encodeValue(own),
      plan_digest: 'd',
      placement: JSON.stringify(plan.placement),
      params: encodeValue(params),
      tags: '[]',
      phase: 'succeeded',
      ending: '{"reason":"Completed","evidence":{}}',
      waiting: null,
      stop_cause: null,
      attempts: 0,
      not_before: null,
      host: null,
      actor: 'person',
      is_executed: 1,
      is_collected: 1,
      last_heard_at: null,
      created_at: number * 1000,
      started_at: number * 1000,
      ended_at: number * 1000 + 500,
      version: 1,
      project_id: size.projectId,
      reason: 'Completed',
    },
    params: Object.entries(params).map(([name, value]) => ({
      name,
      run_number: number,
      number: typeof value === 'number' ? value : null,
      text: String(value),
    })),
    metrics: Array.from({ length: size.metrics }, (_, index) => index)
      .filter((index) => index !== 7 || number % 3 !== 0)
      .map((index) => {
        const value = random()
        const summary = summarize(EMPTY_SUMMARY, Float64Array.of(0, 0, value))
        return {
          name: index === 0 && trial ? trial.metric : `${size.prefix}m${String(index).padStart(2, '0')}`,
          run_number: number,
          last: value,
          min: value,
          max: value,
          mean: value,
          summary: packSummary(summary),
        }
      }),
  }
}

/** Adds the series `long` with `count` points to the run `number`, in chunks as the server stores them. */
async function fillSeries({ writer: db }: Database, number: number, count: number): Promise<void> {
  const { id } = await db.selectFrom('run').select('id').where('number', '=', number).executeTakeFirstOrThrow()
  const series = await db
    .insertInto('series')
    .values({ run_id: id, name: 'long' })
    .returning('id')
    .executeTakeFirstOrThrow()

  let summary = EMPTY_SUMMARY
  const rows: object[] = []
  for (let first = 0, n = 0; first < count; first += CHUNK_POINTS, n += 1) {
    const length = Math.min(CHUNK_POINTS, count - first)
    const points = Float64Array.from({ length: length * 3 }, (_, index) =>
      index % 3 === 2 ? Math.sin((first + index / 3) / 1000) : first + Math.floor(index / 3),
    )
    summary = summarize(summary, points)
    rows.push({
      series_id: series.id,
      n,
      first_index: first,
      points: new Uint8Array(points.buffer),
      rollup: packSummary(toBucket(points)),
      received_at: 0,
    })
  }

  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
    await db
      .insertInto('chunk')
      .values(rows.slice(at, at + ROWS_AT_ONCE) as never)
      .execute()

  await db
    .insertInto('metric')
    .values({
      name: 'long',
      run_number: number,
      last: summary.last,
      min: summary.min,
      max: summary.max,
      mean: summary.sum / count,
      summary: packSummary(summary),
    })
    .execute()
}

/** Returns a linear congruential generator of numbers in [0, 1). The numbers are the same each time a bench runs. */
function lcg(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
