import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { describe, expect, inject } from 'vitest'

import type { RunPageView } from '../../src/contract/routes/runs.ts'
import type { RunView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import type { PointView } from '../../src/contract/tracking.ts'
import { findProcess } from '../../src/executors/local/process-table.ts'
import { startPostgres } from './postgres.ts'
import type { Postgres } from './postgres.ts'
import { findPython, startTestServer, waitUntil } from './server.ts'
import type { TestServer, TestServerOptions } from './server.ts'

/** A Hagane server under test. If it runs on PostgreSQL, `postgres` is the PostgreSQL server. */
export interface ServerSetup extends AsyncDisposable {
  readonly server: TestServer
  readonly postgres: Postgres | undefined
  /** URL of the PostgreSQL database; undefined on SQLite. */
  readonly database: string | undefined
}

/** Runs a suite with Hagane servers in processes of their own: on SQLite and, if PostgreSQL can run, on PostgreSQL. */
export function describeOnBothServers(
  name: string,
  suite: (openSetup: (options?: TestServerOptions) => Promise<ServerSetup>) => void,
): void {
  describe(`${name}, on SQLite`, () =>
    suite(async (options = {}) => {
      const server = await startTestServer(options)
      return {
        server,
        postgres: undefined,
        database: undefined,
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      }
    }))

  const skipReason = inject('postgresError')
  describe.skipIf(skipReason !== '')(`${name}, on PostgreSQL${skipReason && ` (${skipReason})`}`, () =>
    suite(openOnPostgres),
  )
}

/** Starts a PostgreSQL server, creates a database on it, and starts a Hagane server on this database. */
export async function openOnPostgres(options: TestServerOptions = {}): Promise<ServerSetup> {
  const postgres = await startPostgres()
  const database = await postgres.createDatabase()
  const server = await startTestServer({ ...options, database })
  const disposeAll = async (): Promise<void> => {
    await server[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
  }
  return { server, postgres, database, [Symbol.asyncDispose]: disposeAll }
}

/** Runs a query directly in the database of a Hagane server and returns the rows. */
export async function queryRows(place: ServerSetup, text: string): Promise<Record<string, unknown>[]> {
  if (place.postgres) return await place.postgres.query(place.database!, text)
  const database = new DatabaseSync(join(place.server.dataDir, 'hagane.db'), { readOnly: true })
  try {
    return database.prepare(text).all()
  } finally {
    database.close()
  }
}

/**
 * A working folder of runs. Each script that imports the module `ledger` appends its pid to a file of its run. Two pids
 * of a run with one attempt show that the attempt was started twice.
 */
export interface LedgerFolder extends Disposable {
  readonly folder: string
  /** Returns the recorded pids, by the number of the run. */
  readPids(): Map<number, number[]>
}

/** Creates a working folder with the module `ledger`. Disposal removes it. */
export function createLedgerFolder(): LedgerFolder {
  const folder = mkdtempSync(join(tmpdir(), 'hagane-work-'))
  const ledger = join(folder, 'ledger')
  mkdirSync(ledger)
  writeFileSync(join(folder, 'ledger.py'), LEDGER)

  return {
    folder,
    readPids: () =>
      new Map(
        readdirSync(ledger).map((name) => [
          Number(name),
          readFileSync(join(ledger, name), 'utf8').trim().split('\n').map(Number),
        ]),
      ),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const LEDGER = `
import os
with open(os.path.join("ledger", os.environ["HAGANE_RUN"]), "a") as ledger:
    ledger.write("%d\\n" % os.getpid())
`

/**
 * Returns a script that imports `ledger`, logs `points` points of the metric `value`, one every `pauseS` seconds, and
 * writes the output file `result`. Its argument is a number.
 */
export function trackingScript(points: number, pauseS: number): string {
  return `
import ledger, os, sys, time
from hagane import Experiment
experiment = Experiment()
for step in range(${points}):
    experiment.log_metrics(step=step, value=step * 1.5 + float(sys.argv[1]))
    time.sleep(${pauseS})
open(os.path.join(experiment.outputs_path, "result"), "w").write(sys.argv[1])
`
}

/**
 * Returns the document of a sweep over the integers `a` from 0 to `trials` - 1. `more`: further lines of the document.
 */
export function toSweepDocument(trials: number, concurrency: number, command: string, more = ''): string {
  return `version: 1\nkind: group\n${more}hptuning:\n  concurrency: ${concurrency}\n  matrix:\n    a: {range: [0, ${trials}, 1]}\nrun:\n  cmd: ${JSON.stringify(command)}\n`
}

/**
 * Submits a document, again and again with the same id, until the server accepts it. The server may be killed
 * meanwhile. Returns the number of the run or sweep. Throws if the server refuses the document.
 */
export async function submitUntilAnswered(server: TestServer, text: string, folder: string): Promise<number> {
  const id = randomUUID()
  const host = {
    workDir: folder,
    python: { executable: findPython(), version: '3' },
    path: process.env['PATH'] ?? '',
    git: null,
  }

  let number: number | undefined
  await waitUntil(async () => {
    const answer = await tryCall<{ number: number }>(server, 'POST', '/submissions', {
      id,
      sources: [{ file: 'test.yml', text }],
      host,
    })
    if (answer && answer.status < 500 && answer.status !== 200) throw new Error(JSON.stringify(answer.body))
    number = answer?.status === 200 ? answer.body.number : undefined
    return number !== undefined
  }, 90_000)

  return number!
}

/** Calls a route of the API. Returns undefined if no server answers. */
export async function tryCall<T>(
  server: TestServer,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: T } | undefined> {
  try {
    return await server.call<T>(method, path, body)
  } catch {
    return undefined
  }
}

/**
 * Waits until a sweep has ended and returns it. On a timeout
 * prints the sweep and the end of the server log, and throws.
 */
export async function waitForSweepEnd(server: TestServer, number: number, timeoutMs = 120_000): Promise<SweepView> {
  let view: SweepView | undefined
  await waitUntil(async () => {
    view = (await tryCall<SweepView>(server, 'GET', `/sweeps/${number}`))?.body
    return ['done', 'failed', 'stopped'].includes(view?.phase ?? '')
  }, timeoutMs).catch((error: unknown) => {
    console.log(JSON.stringify(view), readLogTail(server))
    throw error
  })
  return view!
}

/** Returns the last four lines of the server's log, cut to 3,000 characters. */
export function readLogTail(server: TestServer): string {
  const file = join(server.dataDir, 'server.log')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-4).join('\n').slice(0, 3000) : ''
}

/**
 * Checks a sweep of `trackingScript`: every trial succeeded, ran once, and has its output and each of its points, once
 * and in order.
 */
export async function expectTrackedSweep(
  server: TestServer,
  number: number,
  work: LedgerFolder,
  { trials, points }: { trials: number; points: number },
): Promise<void> {
  runSync(server)
  const runs = (await server.call<RunPageView>('GET', `/runs?sweep=${number}&limit=1000`)).body.runs
  expect(runs.map((run) => run.phase)).toEqual(Array(trials).fill('succeeded'))
  expect(new Set(runs.map((run) => run.trial)).size).toBe(trials)

  const signatures = work.readPids()
  for (const run of runs) {
    expect(signatures.get(run.number), `run ${run.number} ran once`).toHaveLength(1)
    const wanted = Array.from({ length: points }, (_, step) => [step, step * 1.5 + Number(run.params['a'])])
    expect(await readPoints(server, run.number, 'value'), `points of run ${run.number}`).toEqual(wanted)

    const artifacts = async () =>
      (await server.call<{ path: string }[]>('GET', `/runs/${run.number}/artifacts`)).body.map((item) => item.path)
    await waitUntil(async () => (await artifacts()).length > 0)
    expect(await artifacts()).toEqual(['result'])
  }
}

/** Returns all points of a metric as [step, value]; none if the run does not have it. */
export async function readPoints(
  server: TestServer,
  run: number | string,
  name: string,
): Promise<[number, PointView['value']][]> {
  const points: [number, PointView['value']][] = []
  for (;;) {
    const { status, body } = await server.call<PointView[]>(
      'GET',
      `/runs/${run}/metrics/${encodeURIComponent(name)}?from=${points.length}&limit=10000`,
    )
    if (status === 404 || body.length === 0) return points
    points.push(...body.map((point): [number, PointView['value']] => [point.step, point.value]))
  }
}

/**
 * Runs `hagane sync`, which sends the spooled records of writers that have ended. Fails the test if the command fails.
 */
export function runSync(server: TestServer): void {
  const result = spawnSync(process.execPath, [join(import.meta.dirname, '../../src/cli/main.ts'), 'sync', '--json'], {
    env: { ...process.env, HAGANE_DATA: server.dataDir },
    encoding: 'utf8',
  })
  expect(result.status, result.stderr + result.stdout).toBe(0)
}

/** Whether a run has ended. False if no server answers. */
export async function hasRunEnded(server: TestServer, number: number): Promise<boolean> {
  const phase = (await tryCall<RunView>(server, 'GET', `/runs/${number}`))?.body.phase
  return phase === 'succeeded' || phase === 'failed' || phase === 'stopped'
}

/** Returns the pids whose processes still run. */
export const filterRunningPids = (pids: readonly number[]): number[] =>
  pids.filter((pid) => findProcess(pid)?.isZombie === false)

export const sleep = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms))
