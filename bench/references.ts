import { execFileSync, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { sql } from 'kysely'
import type { Browser } from 'playwright-core'

import { openPostgres, openSqlite } from '../src/store/database.ts'
import type { Database } from '../src/store/database.ts'
import { ensureDashboard } from '../scripts/dashboard.ts'
import { launchBrowser } from '../test/support/browser.ts'
import { startPostgres } from '../test/support/postgres.ts'
import { fill, METRICS, RUNS } from './large-data.ts'
import { atMost, createFolder, percentile, root, printProgress, sleep, unlimited } from './support.ts'
import type { Figure } from './support.ts'

/**
 * Recorded times of the references, which are operations without the server. Medians of five runs of `npm run bench --
 * references` on an idle machine at commit af55f0c, before any work on speed. `withRatio` divides an absolute limit by
 * one of these times to get the limit of a ratio.
 */
export const REFERENCE_VALUES = {
  node_start_s: 0.03408,
  python_start_ms: 44.1,
  python_write_p50_us: 6.35,
  python_write_p99_us: 37.56,
  commit_p99_ms: 7.642,
  page_json_ms: 8.679,
  cholesky_ms: 5.068,
  bare_list_p95_ms_sqlite: 67.53,
  bare_list_p95_ms_postgres: 75.74,
  bare_series_ms: 13.01,
  static_ready_ms: 105.8,
} as const

/** Name of a reference. It contains the unit: `s`, `ms` or `us`. */
export type Reference = keyof typeof REFERENCE_VALUES

/** A reference and its value as measured on this machine in this run of the bench. */
export interface Measured {
  readonly name: Reference
  readonly value: number
}

/**
 * Returns two figures: the time `value` with the limit `max`, and the ratio of `value` to the reference. The limit of
 * the ratio is `max` divided by the recorded time of the reference.
 */
export function withRatio(reference: Measured, max: number, name: string, value: number): Figure[] {
  const ratio = (time: number, to: number): number => (time * secondsOf(name)) / (to * secondsOf(reference.name))
  const bar = Number(ratio(max, REFERENCE_VALUES[reference.name]).toPrecision(4))
  return [atMost(max, name, value, unitOf(name)), atMost(bar, `${name}_ratio`, ratio(value, reference.value), 'x')]
}

const SECONDS = { s: 1, ms: 1e-3, us: 1e-6 } as const

/**
 * Returns the unit that the name of a figure contains, such as `ms` for `list_p95_ms_sqlite`. Throws if there is none.
 */
function unitOf(name: string): keyof typeof SECONDS {
  const unit = name.split('_').findLast((word): word is keyof typeof SECONDS => Object.hasOwn(SECONDS, word))
  if (unit === undefined) throw new Error(`${name} has no unit`)
  return unit
}

function secondsOf(name: string): number {
  return SECONDS[unitOf(name)]
}

const RUNS_OF_REFERENCES = 5

/**
 * Measures every reference five times and returns the medians.
 * These times depend on the machine, not on Hagane's server.
 */
export async function measure(): Promise<Figure[]> {
  ensureDashboard()
  const browser = await launchBrowser()
  if (!browser) throw new Error('no browser')

  using folder = createFolder('references')
  await using sqlite = openSqlite(join(folder.path, 'hagane.db'))
  await fill(sqlite)
  await using server = await startPostgres()
  await using postgres = openPostgres(await server.createDatabase())
  await fill(postgres)
  await sql`vacuum analyze`.execute(postgres.writer)

  const found = Object.fromEntries(Object.keys(REFERENCE_VALUES).map((name) => [name, [] as number[]])) as Record<
    Reference,
    number[]
  >
  try {
    for (let run = 0; run < RUNS_OF_REFERENCES; run += 1) {
      await sleep(2_000)
      const writes = pythonWriteUs()
      found.node_start_s.push(nodeStartS())
      found.python_start_ms.push(pythonStartMs())
      found.python_write_p50_us.push(writes.p50)
      found.python_write_p99_us.push(writes.p99)
      found.commit_p99_ms.push(await commitP99Ms())
      found.page_json_ms.push(pageJsonMs())
      found.cholesky_ms.push(choleskyMs())
      found.bare_list_p95_ms_sqlite.push(await bareListP95Ms(sqlite))
      found.bare_list_p95_ms_postgres.push(await bareListP95Ms(postgres))
      found.bare_series_ms.push(Math.max(await bareSeriesMs(sqlite), await bareSeriesMs(postgres)))
      found.static_ready_ms.push(await staticReadyMs(browser))
      printProgress(`run ${run + 1} of ${RUNS_OF_REFERENCES}`)
    }
  } finally {
    await browser.close()
  }

  return Object.entries(found).map(([name, values]) => unlimited(name, percentile(values, 0.5), unitOf(name)))
}

function median(count: number, work: () => number): number {
  return percentile(Array.from({ length: count }, work), 0.5)
}

function elapsedMs(work: () => void): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}

/** Returns the median seconds that the Node of the bench needs to start and to end. */
export function nodeStartS(): number {
  return median(15, () => elapsedMs(() => void spawnSync(process.execPath, ['-e', '0']))) / 1000
}

/**
 * Returns the path of the interpreter that the command `python3` starts. The
 * command may be a shim, which takes longer than the interpreter itself.
 */
export function findPython(): string {
  return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
}

/** Returns the median milliseconds that Python needs to start and to end. */
export function pythonStartMs(): number {
  const python = findPython()
  return median(15, () => elapsedMs(() => void spawnSync(python, ['-c', 'pass'])))
}

/**
 * Returns percentiles of the microseconds that Python needs to write
 * ten metrics as a line of JSON to a file (bench/python-write.py).
 */
export function pythonWriteUs(): { p50: number; p99: number } {
  using folder = createFolder('python-write')
  const output = execFileSync(findPython(), [join(root, 'bench', 'python-write.py'), join(folder.path, 'lines')], {
    encoding: 'utf8',
  })
  return JSON.parse(output) as { p50: number; p99: number }
}

const COMMITS = 400

/** Returns the 99th percentile, in milliseconds, of a durable commit of one 50 kB row to a bare SQLite file. */
export async function commitP99Ms(): Promise<number> {
  using folder = createFolder('commit')
  const database = new DatabaseSync(join(folder.path, 'bare.db'))
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; create table batch (id integer primary key, body text)',
  )

  const insert = database.prepare('insert into batch (body) values (?)')
  const body = 'x'.repeat(50_000)

  const times: number[] = []
  for (let count = 0; count < COMMITS; count += 1) {
    times.push(elapsedMs(() => void insert.run(body)))
    if (count % 10 === 0) await sleep(1)
  }

  database.close()
  return percentile(times, 0.99)
}

/** Returns the median milliseconds to serialise and parse a list of 100 runs with 30 fields each, twenty times. */
export function pageJsonMs(): number {
  const page = Array.from({ length: 100 }, (_, row) =>
    Object.fromEntries(Array.from({ length: 30 }, (_, field) => [`field_${field}`, row / (field + 1)])),
  )
  return median(15, () =>
    elapsedMs(() => {
      for (let turn = 0; turn < 20; turn += 1) JSON.parse(JSON.stringify(page))
    }),
  )
}

const MATRIX_SIZE = 300

/** Returns the median milliseconds of the Cholesky decomposition of a fixed 300 × 300 matrix in plain loops. */
export function choleskyMs(): number {
  const n = MATRIX_SIZE
  const matrix = Float64Array.from(
    { length: n * n },
    (_, at) => Math.exp(-0.5 * (((at % n) - Math.floor(at / n)) / 20) ** 2) + (at % (n + 1) === 0 ? 0.1 : 0),
  )
  return median(15, () => elapsedMs(() => void factor(matrix, n)))
}

/** Returns the lower triangular Cholesky factor of an n × n matrix. */
function factor(matrix: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n)
  for (let row = 0; row < n; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[row * n + column]!
      for (let k = 0; k < column; k += 1) sum -= lower[row * n + k]! * lower[column * n + k]!
      lower[row * n + column] = row === column ? Math.sqrt(sum) : sum / lower[column * n + column]!
    }
  }
  return lower
}

const PAGES = 40
const PAGE_SIZE = 50

/**
 * Returns the 95th percentile of the milliseconds to read one page of runs by minimal SQL statements. `query.ts`
 * measures the same list through the server.
 */
export async function bareListP95Ms({ scanner }: Pick<Database, 'scanner'>): Promise<number> {
  const names = Array.from({ length: METRICS }, (_, index) => `m${String(index).padStart(2, '0')}`)

  const readPage = async (): Promise<void> => {
    const { rows } = await sql<{ run_number: number; total: number }>`
      with matched as materialized (
        select run_number from metric where name = 'm03' and last < 0.8
        intersect select run_number from run_param where name = 'p01' and text in ('adam', 'sgd'))
      select run_number, (select count(*) from matched) as total from metric
      where name = 'm07' and run_number in (select run_number from matched) order by last desc limit ${PAGE_SIZE}`.execute(
      scanner,
    )

    const numbers = rows.map((row) => Number(row.run_number))
    const runs = await scanner.selectFrom('run').selectAll().where('number', 'in', numbers).execute()
    const metrics = await scanner
      .selectFrom('metric')
      .selectAll()
      .where('name', 'in', names)
      .where('run_number', 'in', numbers)
      .execute()

    if (runs.length !== PAGE_SIZE || metrics.length < PAGE_SIZE * (METRICS - 1))
      throw new Error(`a page of ${runs.length} runs`)
  }

  for (let page = 0; page < 4; page += 1) await readPage()
  const times: number[] = []
  for (let page = 0; page < PAGES; page += 1) {
    const startedAt = performance.now()
    await readPage()
    times.push(performance.now() - startedAt)
  }
  return percentile(times, 0.95)
}

/**
 * Returns the median milliseconds to read the bucket of every chunk of the series `long` of run RUNS, a million points.
 */
export async function bareSeriesMs({ reader }: Pick<Database, 'reader'>): Promise<number> {
  const { id } = await reader.selectFrom('run').select('id').where('number', '=', RUNS).executeTakeFirstOrThrow()
  const series = await reader
    .selectFrom('series')
    .select('id')
    .where('run_id', '=', id)
    .where('name', '=', 'long')
    .executeTakeFirstOrThrow()

  const times: number[] = []
  for (let turn = 0; turn < 15; turn += 1) {
    const startedAt = performance.now()
    await reader.selectFrom('chunk').select(['n', 'rollup']).where('series_id', '=', series.id).orderBy('n').execute()
    times.push(performance.now() - startedAt)
  }
  return percentile(times, 0.5)
}

/**
 * Returns the median milliseconds until the links of the static page can be clicked in a browser with an empty cache.
 */
export async function staticReadyMs(browser: Browser): Promise<number> {
  await using site = await serveStatic()
  const times: number[] = []
  for (let turn = 0; turn < 9; turn += 1) times.push(await openStatic(browser, site.url))
  return percentile(times, 0.5)
}

/**
 * Serves a static page with as many rows and as many bytes of script as the run list. The time for this page is a lower
 * bound of the time that a browser needs for the run list.
 */
export async function serveStatic(): Promise<AsyncDisposable & { url: string }> {
  const assets = join(import.meta.dirname, '../dist/dashboard/assets')
  const script = readdirSync(assets)
    .filter((name) => /^(index|page|esm).*\.js$/.test(name))
    .map((name) => readFileSync(join(assets, name), 'utf8'))
    .join('\n')

  const cells = Array.from({ length: 10 }, (_, i) => `<td>0.${i}23456</td>`).join('')
  const html = `<!doctype html><script src="/script.js"></script><table>${Array.from({ length: 100 }, (_, i) => `<tr><td><a href="#${i}">run ${i}</a></td>${cells}</tr>`).join('')}</table>`

  const site = createServer((request, response) => {
    const isScript = request.url === '/script.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? `const held = ${JSON.stringify(script)}` : html)
  })

  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(site.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => await new Promise((resolve) => site.close(() => resolve())),
  }
}

/** Returns the milliseconds from requesting the static page until its links can be clicked. */
export async function openStatic(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()

  const startedAt = performance.now()
  await page.goto(url, { waitUntil: 'commit' })
  await page.getByRole('link').nth(10).click({ trial: true })

  const took = performance.now() - startedAt
  await context.close()
  return took
}
