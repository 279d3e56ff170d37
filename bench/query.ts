import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { sql } from 'kysely'

import type { RunPageView } from '../src/contract/routes/runs.ts'
import { openPostgres, openSqlite } from '../src/store/database.ts'
import type { Database } from '../src/store/database.ts'
import { startPostgres } from '../test/support/postgres.ts'
import { fill, METRICS, RUNS } from './large-data.ts'
import { bareListP95Ms, bareSeriesMs, withRatio, pageJsonMs } from './references.ts'
import { createFolder, percentile, printProgress, sleep, startServer, unlimited } from './support.ts'
import type { Figure, Server } from './support.ts'

const BUCKETS = 1_000

const PAGE = 50
const DEEP_PAGES = 500
const REQUESTS = 40
// 80 % of the runs have m.m03 below 0.8, two thirds have one of these optimizers, and a third has no m.m07.
const QUERY = { filter: 'm.m03 < 0.8 and p.p01 in (adam, sgd)', sort: '-m.m07', count: 'true' }

const LIST_P95_MS_SQLITE_MAX = 100
const LIST_P95_MS_POSTGRES_MAX = 150
const SERIES_MS_MAX = 50
const LOOP_DELAY_P99_MS_MAX = 20

/** Measures run lists over 100,000 runs and the buckets of a series of 1,000,000 points, on SQLite and PostgreSQL. */
export async function measure(): Promise<Figure[]> {
  const sqlite = await onSqlite()
  const postgres = await onPostgres()

  return [
    ...withRatio(
      { name: 'bare_list_p95_ms_sqlite', value: sqlite.bareListP95 },
      LIST_P95_MS_SQLITE_MAX,
      'list_p95_ms_sqlite',
      sqlite.listP95,
    ),
    ...withRatio(
      { name: 'bare_list_p95_ms_postgres', value: postgres.bareListP95 },
      LIST_P95_MS_POSTGRES_MAX,
      'list_p95_ms_postgres',
      postgres.listP95,
    ),
    ...withRatio(
      { name: 'bare_series_ms', value: Math.max(sqlite.bareSeries, postgres.bareSeries) },
      SERIES_MS_MAX,
      'series_ms',
      Math.max(sqlite.series, postgres.series),
    ),
    ...withRatio(
      { name: 'page_json_ms', value: pageJsonMs() },
      LOOP_DELAY_P99_MS_MAX,
      'loop_delay_p99_ms',
      Math.max(sqlite.loopDelay, postgres.loopDelay),
    ),
    unlimited('matches', sqlite.matches, 'runs'),
    unlimited('list_p50_ms_sqlite', sqlite.listP50, 'ms'),
    unlimited('list_p50_ms_postgres', postgres.listP50, 'ms'),
  ]
}

/** Times of the same reads by minimal SQL statements, in milliseconds. */
interface Bare {
  readonly bareListP95: number
  readonly bareSeries: number
}

/**
 * Times of the requests to the server and of its event loop delay,
 * in milliseconds, and the number of runs that match QUERY.
 */
interface Result {
  readonly listP95: number
  readonly listP50: number
  readonly series: number
  readonly loopDelay: number
  readonly matches: number
}

async function onSqlite(): Promise<Result & Bare> {
  using folder = createFolder('query')
  {
    await using database = openSqlite(join(folder.path, 'hagane.db'))
    await fill(database)
  }

  const result = await measureServer(folder.path)
  await using database = openSqlite(join(folder.path, 'hagane.db'))
  return { ...result, ...(await measureBare(database)) }
}

async function onPostgres(): Promise<Result & Bare> {
  using folder = createFolder('query')
  await using postgres = await startPostgres()
  const url = await postgres.createDatabase()
  {
    await using database = openPostgres(url)
    await fill(database)
    // Autovacuum does the same in a database that has been in use for a while.
    await sql`vacuum analyze`.execute(database.writer)
  }

  const result = await measureServer(folder.path, { HAGANE_DATABASE: url })
  await using database = openPostgres(url)
  return { ...result, ...(await measureBare(database)) }
}

async function measureBare(database: Database): Promise<Bare> {
  return { bareListP95: await bareListP95Ms(database), bareSeries: await bareSeriesMs(database) }
}

/**
 * Starts a server on the data directory. Measures its responses with run lists and buckets, and its event loop delay.
 */
async function measureServer(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<Result> {
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
  printProgress(
    `${matches} matches, list p50 ${percentile(times, 0.5).toFixed(0)} ms, p95 ${percentile(times, 0.95).toFixed(0)} ms, series ${percentile(seriesTimes, 0.5).toFixed(0)} ms`,
  )

  return {
    listP95: percentile(times, 0.95),
    listP50: percentile(times, 0.5),
    series: percentile(seriesTimes, 0.5),
    loopDelay,
    matches,
  }
}

/**
 * Reads the page after `cursor` of the runs that match QUERY. Returns
 * the number of all matching runs. Throws if the page is incomplete.
 */
async function list(server: Server, cursor: string | undefined): Promise<number> {
  const query = new URLSearchParams({ ...QUERY, limit: String(PAGE), ...(cursor !== undefined && { cursor }) })
  const page = await server.call<RunPageView>('GET', `/runs?${query}`)
  if (page.runs.length !== PAGE || page.total === null) throw new Error(`a page of ${page.runs.length}`)
  if (Object.keys(page.runs[0]!.metrics).length < METRICS - 1) throw new Error('a page without metrics')
  return page.total
}

/** Returns the cursor after the first `count` runs that match QUERY. `count` must be a multiple of 1,000. */
async function cursorAfter(server: Server, count: number): Promise<string> {
  let cursor: string | undefined
  for (let passed = 0; passed < count; passed += 1_000) {
    const query = new URLSearchParams({ ...QUERY, limit: '1000', ...(cursor !== undefined && { cursor }) })
    cursor = (await server.call<RunPageView>('GET', `/runs?${query}`)).next!
  }
  return cursor!
}

/**
 * Returns the 99th percentile of the server's event loop delay since the last call of this function, in milliseconds.
 * `file`: where `loop-delay.mjs` writes it.
 */
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
