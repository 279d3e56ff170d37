import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import pg from 'pg'
import { describe, expect, inject, it } from 'vitest'

import type { RunDetailView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { startPostgres } from '../support/postgres.ts'
import { startProxy } from '../support/proxy.ts'
import { findPython, createRandom, startTestServer, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'
import {
  expectTrackedSweep,
  createLedgerFolder,
  hasRunEnded,
  openOnPostgres,
  sleep,
  readPoints,
  submitUntilAnswered,
  waitForSweepEnd,
  toSweepDocument,
  readLogTail,
  trackingScript,
  tryCall,
} from '../support/both-servers.ts'

/**
 * Creates a run and sends it batches of one record, each until it is acknowledged. `statuses` counts the answers by
 * status and error code.
 */
async function startLoad(server: TestServer) {
  const run = randomUUID()
  const writer = randomUUID()
  const statuses = new Map<string, number>()
  let acknowledged = 0
  const over = new AbortController()

  const call = async (path: string, body: unknown): Promise<boolean> => {
    const answer = await tryCall<{ error?: { code: string } }>(server, 'POST', path, body)
    const name = answer ? `${answer.status} ${answer.body.error?.code ?? ''}`.trim() : 'no answer'
    statuses.set(name, (statuses.get(name) ?? 0) + 1)
    return answer?.status === 200
  }

  const send = async (): Promise<void> => {
    while (!(await call('/runs', { id: run, kind: 'job' }))) await sleep(20)
    while (!over.signal.aborted) {
      const records = [{ k: 'm', s: acknowledged, t: 1, v: { value: acknowledged } }]
      if (await call(`/runs/${run}/batches`, { writer, attempt: 1, first: acknowledged + 1, records }))
        acknowledged += 1
      else await sleep(20)
    }
  }

  const sending = send()
  return {
    statuses,
    get acknowledged() {
      return acknowledged
    },
    /** Stops sending. Checks that every acknowledged point is stored once and in order, and at most one other point. */
    finish: async (): Promise<void> => {
      over.abort()
      await sending
      const points = await readPoints(server, run, 'value')
      expect(points.slice(0, acknowledged)).toEqual(Array.from({ length: acknowledged }, (_, step) => [step, step]))
      expect(points.length - acknowledged).toBeLessThanOrEqual(1)
    },
  }
}

describe.skipIf(inject('postgresError') !== '')('a server on PostgreSQL', () => {
  const RESTARTS = 10
  it(
    `A server under load answers 503 during a power cut of its database and loses nothing acknowledged, ${RESTARTS} times`,
    { timeout: 300_000 },
    async () => {
      await using place = await openOnPostgres()
      const { postgres, server } = place
      using work = createLedgerFolder()
      const random = createRandom()
      writeFileSync(join(work.folder, 'trial.py'), trackingScript(40, 0.1))

      const { number } = await server.submit(toSweepDocument(20, 4, 'python trial.py {{ a }}'), work.folder)
      const load = await startLoad(server)
      const { pid } = server

      for (let restart = 0; restart < RESTARTS; restart += 1) {
        await sleep(200 + random.next() * 800)
        await postgres!.stopImmediately()
        await waitUntil(async () => (await tryCall(server, 'GET', `/sweeps/${number}`))?.status === 503)
        await sleep(random.next() * 1500)

        await postgres!.start()
        const before = load.acknowledged
        await waitUntil(async () => load.acknowledged > before, 15_000)
      }

      expect((await waitForSweepEnd(server, number)).phase).toBe('done')
      await load.finish()
      await expectTrackedSweep(server, number, work, { trials: 20, points: 40 })

      console.log(`answers: ${JSON.stringify([...load.statuses])}`)
      expect([...load.statuses.keys()].sort()).toEqual(['200', '503 unavailable'])
      expect(server.pid).toBe(pid)
    },
  )

  const CUTS = 300
  it(
    `Each request has its effect once over ${CUTS} database connections cut after a random number of bytes`,
    { timeout: 300_000 },
    async () => {
      await using postgres = await startPostgres()
      await using proxy = await startProxy(postgres.port)
      const direct = await postgres.createDatabase()
      await using server = await startTestServer({ database: direct.replace(`:${postgres.port}/`, `:${proxy.port}/`) })

      using work = createLedgerFolder()
      const random = createRandom()
      writeFileSync(join(work.folder, 'trial.py'), trackingScript(10, 0.02))
      // The script ends before its client can send the record. The server reads it from the run's folder afterwards.
      writeFileSync(
        join(work.folder, 'leaves.py'),
        'import ledger, os\nfrom hagane import Experiment\nExperiment().log_metrics(step=1, left=2)\nos._exit(0)\n',
      )

      const { pid } = server
      const load = await startLoad(server)
      const numbers: number[] = []

      const submitting = (async () => {
        while (proxy.cutCount < CUTS)
          numbers.push(
            await submitUntilAnswered(server, toSweepDocument(2, 2, 'python trial.py {{ a }}'), work.folder),
            await submitUntilAnswered(
              server,
              'version: 1\nkind: experiment\nrun: {cmd: python leaves.py}',
              work.folder,
            ),
          )
      })()

      for (let cut = 0; cut < CUTS; cut += 1) {
        proxy.cutAfter(Math.floor(random.next() ** 2 * 6000))
        await waitUntil(async () => proxy.cutCount > cut).catch((error: unknown) => {
          console.log(server.readErrors(), readLogTail(server))
          throw error
        })
        await sleep(random.next() * 60)
      }

      await submitting
      expect(new Set(numbers).size).toBe(numbers.length)

      for (let index = 0; index < numbers.length; index += 2) {
        expect((await waitForSweepEnd(server, numbers[index]!)).phase).toBe('done')
        await waitUntil(async () => await hasRunEnded(server, numbers[index + 1]!), 90_000)
        const single = (await server.call<RunDetailView>('GET', `/runs/${numbers[index + 1]}`)).body
        expect(single).toMatchObject({ phase: 'succeeded', attempts: [{ n: 1 }] })
        expect([single.number, await readPoints(server, single.number, 'left')]).toEqual([single.number, [[1, 2]]])
      }

      await load.finish()
      // Every run and sweep has its own number, the numbers have no gap, and every run was started once.
      const [row] = await postgres.query(
        direct,
        "select (select count(*) from run) + (select count(*) from sweep) as made, (select value from counter where name = 'number') as numbered",
      )
      expect(row!['made']).toBe(row!['numbered'])
      for (const [run, pids] of work.readPids()) expect([run, pids.length]).toEqual([run, 1])

      console.log(
        `${numbers.length} submissions, ${load.acknowledged} batches, ${proxy.cutCount} cuts, answers: ${JSON.stringify([...load.statuses])}`,
      )
      expect([...load.statuses.keys()].filter((name) => name !== '200')).toEqual(['503 unavailable'])
      expect(server.pid).toBe(pid)
      expect(Number((await postgres.query(direct, "select epoch from lease where name = 'active'"))[0]!['epoch'])).toBe(
        1,
      )
    },
  )

  it(
    'Transactions that fail by deadlock or serialization failure are retried, and no caller gets an error',
    { timeout: 240_000 },
    async () => {
      await using postgres = await startPostgres()
      const database = await postgres.createDatabase()

      const name = new URL(database).pathname.slice(1)
      await postgres.query(database, `alter database ${name} set default_transaction_isolation = 'serializable'`)
      await using server = await startTestServer({ database })

      const random = createRandom()
      const over = new AbortController()
      let failures = 0

      /** Locks the rows that a submission locks, in the opposite order, and updates rows that a submission reads. */
      const provokeConflicts = async (): Promise<void> => {
        const client = new pg.Client({ connectionString: database })
        client.on('error', () => {})
        await client.connect()
        while (!over.signal.aborted) {
          try {
            await client.query('begin')
            await client.query('update counter set value = value')
            await client.query("update lease set renewed_at = renewed_at where name = 'active'")
            await client.query('commit')
          } catch {
            failures += 1
            await client.query('rollback')
          }
          await sleep(20 + random.next() * 60)
        }
        await client.end()
      }

      await server.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}')
      const interfering = [provokeConflicts(), provokeConflicts()]
      const load = await startLoad(server)
      const host = { workDir: server.dataDir, python: { executable: findPython(), version: '3' }, path: '', git: null }

      for (let index = 0; index < 150; index += 1) {
        const body = {
          id: randomUUID(),
          sources: [{ file: 'a.yml', text: 'version: 1\nkind: experiment\nrun: {cmd: "true"}' }],
          host,
        }
        expect((await server.call('POST', '/submissions', body)).status).toBe(200)
      }

      over.abort()
      await Promise.all(interfering)
      await load.finish()
      expect([...load.statuses.keys()]).toEqual(['200'])

      const [stats] = await postgres.query(
        database,
        `select xact_rollback, deadlocks from pg_stat_database where datname = '${name}'`,
      )
      console.log(
        `150 submissions, ${load.acknowledged} batches; the interfering lost ${failures}, the database rolled back ${stats!['xact_rollback']}, deadlocks ${stats!['deadlocks']}`,
      )

      // The test shows nothing unless transactions of the server were rolled back too.
      expect(Number(stats!['xact_rollback'])).toBeGreaterThan(failures)
    },
  )
})

describe.skipIf(inject('postgresError') !== '')('two servers on one PostgreSQL database', () => {
  const PAUSES = 10
  const AUDIT = `
    create table audit (seq serial, who text, what text, epoch bigint);
    create function audit() returns trigger language plpgsql as $$ begin
      insert into audit (who, what, epoch) values (current_setting('application_name'), tg_table_name, (select epoch from lease)); return null; end $$;
    create trigger audit_run after insert or update on run for each statement execute function audit();
    create trigger audit_attempt after insert or update on attempt for each statement execute function audit();
    create trigger audit_event after insert on event for each statement execute function audit();
    create trigger audit_chunk after insert or update on chunk for each statement execute function audit();`

  it(
    `A paused server writes nothing once another has taken over: ${PAUSES} times with its session terminated, once by time alone`,
    { timeout: 400_000 },
    async () => {
      await using postgres = await startPostgres()
      const database = await postgres.createDatabase()
      createRandom()

      const open = async (name: string): Promise<TestServer> =>
        await startTestServer({ database: `${database}?application_name=${name}` })

      let active = await open('server-0')
      await postgres.query(database, AUDIT)

      for (let round = 1; round <= PAUSES + 1; round += 1) {
        using work = createLedgerFolder()

        // The long sweep gives both servers something to write at any moment.
        const { number } = await active.submit(toSweepDocument(500, 3, 'sleep 0.1'), work.folder)
        await waitUntil(
          async () => (await active.call<SweepView>('GET', `/sweeps/${number}`)).body.counts.succeeded !== undefined,
        )

        const starting = open(`server-${round}`)
        // The next server is already waiting when the active one is paused.
        await sleep(700)

        active.signal('SIGSTOP')
        if (round <= PAUSES)
          await postgres.query(
            database,
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted",
          )

        const next = await starting
        const [{ epoch }] = (await postgres.query(database, "select epoch from lease where name = 'active'")) as [
          { epoch: string },
        ]
        expect(Number(epoch)).toBe(round + 1)

        active.signal('SIGCONT')
        const late = await tryCall(active, 'POST', '/runs', { id: randomUUID(), kind: 'job' })
        expect([503, undefined]).toContain(late?.status)
        expect(await Promise.race([active.waitForEnd(), sleep(30_000)])).toBe(3)

        const wrote = await postgres.query(
          database,
          `select what from audit where who = 'server-${round - 1}' and epoch >= ${epoch}`,
        )
        expect(wrote).toEqual([])

        await next.call('POST', `/sweeps/${number}/stop`)
        expect((await waitForSweepEnd(next, number)).phase).toBe('stopped')

        await active[Symbol.asyncDispose]()
        active = next
      }
      await active[Symbol.asyncDispose]()
    },
  )
})
