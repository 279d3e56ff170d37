import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { sql } from 'kysely'

import type { RunPlan } from '../src/contract/plan.ts'
import { DEFAULT_PROJECT } from '../src/contract/project.ts'
import type { RunPageView } from '../src/contract/routes.ts'
import { encodeValue } from '../src/contract/values.ts'
import { packSummary, summarize, EMPTY_SUMMARY, toBucket } from '../src/core/metrics/series.ts'
import { loadPlan } from '../src/core/spec/load.ts'
import { openPostgres, openSqlite } from '../src/store/database.ts'
import type { Database } from '../src/store/database.ts'
import { migrate } from '../src/store/migrate.ts'
import { startPostgres } from '../test/support/postgres.ts'
import { atMost, createFolder, percentile, say, sleep, startServer, told } from './support.ts'
import type { Figure, Server } from './support.ts'

const RUNS = 100_000
const METRICS = 20
const PARAMS = 10
const POINTS = 1_000_000
const CHUNK_POINTS = 256
const BUCKETS = 1_000
const ROWS_AT_ONCE = 500

const PAGE = 50
const DEEP_PAGES = 500
const REQUESTS = 40
// 0.8 of the runs have m.m03 below 0.8, two of three have one of these optimizers, a third lacks m.m07.
const QUERY = { filter: 'm.m03 < 0.8 and p.p01 in (adam, sgd)', sort: '-m.m07', count: 'true' }

const LIST_P95_MS_SQLITE_MAX = 100
const LIST_P95_MS_POSTGRES_MAX = 150
const SERIES_MS_MAX = 50
const LOOP_DELAY_P99_MS_MAX = 20

/** Lists over a hundred thousand runs and a series of a million points, on both databases. */
export async function measure(): Promise<Figure[]> {
  const sqlite = await onSqlite()
  const postgres = await onPostgres()
  return [
    atMost(LIST_P95_MS_SQLITE_MAX, 'list_p95_ms_sqlite', sqlite.listP95, 'ms'),
    atMost(LIST_P95_MS_POSTGRES_MAX, 'list_p95_ms_postgres', postgres.listP95, 'ms'),
    atMost(SERIES_MS_MAX, 'series_ms', Math.max(sqlite.series, postgres.series), 'ms'),
    atMost(LOOP_DELAY_P99_MS_MAX, 'loop_delay_p99_ms', Math.max(sqlite.loopDelay, postgres.loopDelay), 'ms'),
    told('matches', sqlite.matches, 'runs'),
    told('list_p50_ms_sqlite', sqlite.listP50, 'ms'),
    told('list_p50_ms_postgres', postgres.listP50, 'ms'),
  ]
}

interface Result {
  readonly listP95: number
  readonly listP50: number
  readonly series: number
  readonly loopDelay: number
  readonly matches: number
}

async function onSqlite(): Promise<Result> {
  using folder = createFolder('query')
  {
    await using database = openSqlite(join(folder.path, 'hagane.db'))
    await fill(database)
  }
  return await ask(folder.path)
}

async function onPostgres(): Promise<Result> {
  using folder = createFolder('query')
  await using postgres = await startPostgres()
  const url = await postgres.createDatabase()
  {
    await using database = openPostgres(url)
    await fill(database)
    // What autovacuum does to a database that has stood for a while.
    await sql`vacuum analyze`.execute(database.writer)
  }
  return await ask(folder.path, { HAGANE_DATABASE: url })
}

async function ask(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<Result> {
  const loopFile = join(dataDir, 'loop.json')
  await using server = await startServer(dataDir, {
    env: { ...env, BENCH_LOOP_FILE: loopFile },
    nodeArgs: ['--import', join(import.meta.dirname, 'loop-delay.mjs')],
  })
  const deep = await cursorAfter(server, DEEP_PAGES * PAGE)
  for (const cursor of [undefined, deep, undefined, deep]) await list(server, cursor)
  await readLoopDelay(server, loopFile)
  const times: number[] = []
  const seriesTimes: number[] = []
  let matches = 0
  for (let request = 0; request < REQUESTS; request += 1) {
    for (const cursor of [undefined, deep]) {
      const startedAt = performance.now()
      matches = await list(server, cursor)
      times.push(performance.now() - startedAt)
    }
    const startedAt = performance.now()
    const buckets = await server.call<unknown[]>('GET', `/runs/${RUNS}/buckets/long?buckets=${BUCKETS}`)
    seriesTimes.push(performance.now() - startedAt)
    if (buckets.length < BUCKETS / 2 || buckets.length > BUCKETS) throw new Error(`${buckets.length} buckets`)
  }
  const loopDelay = await readLoopDelay(server, loopFile)
  say(
    `${matches} matches, list p50 ${percentile(times, 0.5).toFixed(0)} ms, p95 ${percentile(times, 0.95).toFixed(0)} ms, series ${percentile(seriesTimes, 0.5).toFixed(0)} ms`,
  )
  return { listP95: percentile(times, 0.95), listP50: percentile(times, 0.5), series: percentile(seriesTimes, 0.5), loopDelay, matches }
}

async function list(server: Server, cursor: string | undefined): Promise<number> {
  const query = new URLSearchParams({ ...QUERY, limit: String(PAGE), ...(cursor !== undefined && { cursor }) })
  const page = await server.call<RunPageView>('GET', `/runs?${query}`)
  if (page.runs.length !== PAGE || page.total === null) throw new Error(`a page of ${page.runs.length}`)
  if (Object.keys(page.runs[0]!.metrics).length < METRICS - 1) throw new Error('a page without metrics')
  return page.total
}

async function cursorAfter(server: Server, count: number): Promise<string> {
  let cursor: string | undefined
  for (let passed = 0; passed < count; passed += 1_000) {
    const query = new URLSearchParams({ ...QUERY, limit: '1000', ...(cursor !== undefined && { cursor }) })
    cursor = (await server.call<RunPageView>('GET', `/runs?${query}`)).next!
  }
  return cursor!
}

/** The 99th percentile since the last call, in milliseconds. */
async function readLoopDelay(server: Server, file: string): Promise<number> {
  rmSync(file, { force: true })
  process.kill(server.pid, 'SIGUSR2')
  for (;;) {
    await sleep(20)
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as { p99: number }).p99
    } catch {
      continue
    }
  }
}

/** Fills a database as the product would have, but with many rows a statement. */
async function fill(database: Database): Promise<void> {
  await migrate(database)
  const db = database.writer
  await database.dialect.begin.execute(db)
  const plan = loadPlan([{ file: 'a.yml', text: 'version: 1\nkind: experiment\nrun: {cmd: python train.py}' }]).plan as RunPlan
  const random = lcg(7)
  for (let first = 1; first <= RUNS; first += ROWS_AT_ONCE) {
    const numbers = Array.from({ length: ROWS_AT_ONCE }, (_, index) => first + index)
    const runs = numbers.map((number) => toRun(number, plan, random))
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
    if (first % 20_000 === 1) say(`${first - 1} of ${RUNS} runs`)
  }
  await fillSeries(database)
  await db.insertInto('counter').values({ name: 'number', value: RUNS }).execute()
  await sql`commit`.execute(db)
}

function toRun(number: number, plan: RunPlan, random: () => number) {
  const params = Object.fromEntries(
    Array.from({ length: PARAMS }, (_, index) => [
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
      sweep_id: null,
      trial_index: null,
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
      project_id: DEFAULT_PROJECT.id,
      reason: 'Completed',
    },
    params: Object.entries(params).map(([name, value]) => ({
      name,
      run_number: number,
      number: typeof value === 'number' ? value : null,
      text: String(value),
    })),
    metrics: Array.from({ length: METRICS }, (_, index) => index)
      .filter((index) => index !== 7 || number % 3 !== 0)
      .map((index) => {
        const value = random()
        const summary = summarize(EMPTY_SUMMARY, Float64Array.of(0, 0, value))
        return {
          name: `m${String(index).padStart(2, '0')}`,
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

/** One series of a million points, in chunks as the tracking store writes them. */
async function fillSeries({ writer: db }: Database): Promise<void> {
  const { id } = await db.selectFrom('run').select('id').where('number', '=', RUNS).executeTakeFirstOrThrow()
  const series = await db.insertInto('series').values({ run_id: id, name: 'long' }).returning('id').executeTakeFirstOrThrow()
  let summary = EMPTY_SUMMARY
  const rows: object[] = []
  for (let first = 0, n = 0; first < POINTS; first += CHUNK_POINTS, n += 1) {
    const length = Math.min(CHUNK_POINTS, POINTS - first)
    const points = Float64Array.from({ length: length * 3 }, (_, index) =>
      index % 3 === 2 ? Math.sin((first + index / 3) / 1000) : first + Math.floor(index / 3),
    )
    summary = summarize(summary, points)
    rows.push({ series_id: series.id, n, first_index: first, points: new Uint8Array(points.buffer), rollup: packSummary(toBucket(points)), received_at: 0 })
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
      run_number: RUNS,
      last: summary.last,
      min: summary.min,
      max: summary.max,
      mean: summary.sum / POINTS,
      summary: packSummary(summary),
    })
    .execute()
}

/** The same numbers in every run of the bench. */
function lcg(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
