import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, describe, expect, inject, it } from 'vitest'

import type { RunDetailView } from '../../../src/contract/run.ts'
import type { ArtifactView } from '../../../src/contract/tracking.ts'
import { createCliFolder } from '../../support/cli.ts'
import { startPostgres } from '../../support/postgres.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'hagane-directories-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const document = (cmd: string, more = ''): string =>
  `version: 1\nkind: experiment\n${more}run: {cmd: ${JSON.stringify(cmd)}}`
const viewOf = async (server: TestServer, number: number): Promise<RunDetailView> =>
  (await server.call<RunDetailView>('GET', `/runs/${number}`)).body
const logOf = async (server: TestServer, number: number): Promise<string> =>
  (await server.call<string>('GET', `/runs/${number}/logs`)).body
const supervisorOf = (server: TestServer, number: number): number =>
  Number(readFileSync(join(server.dataDir, 'attempts', `hagane-${number}-1`, 'claim'), 'utf8').split(' ')[0])

async function waitForEnd(server: TestServer, number: number): Promise<RunDetailView> {
  await waitUntil(async () => ['succeeded', 'failed', 'stopped'].includes((await viewOf(server, number)).phase))
  return await viewOf(server, number)
}

function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]![0] !== 'Z'
  } catch {
    return false
  }
}

/** Starts a run that continues until it is stopped. Returns the pids of its supervisor and of its command. */
async function startLongRun(server: TestServer, more = ''): Promise<{ number: number; pids: number[] }> {
  const { number } = await server.submit(document('echo begun $$; exec sleep 600', more))
  await waitUntil(async () => (await logOf(server, number)).startsWith('begun'))
  await waitUntil(async () => (await viewOf(server, number)).phase === 'running')
  return { number, pids: [supervisorOf(server, number), Number((await logOf(server, number)).split(' ')[1])] }
}

async function stop(server: TestServer, number: number): Promise<void> {
  await server.call('POST', `/runs/${number}/stop`)
  expect(await waitForEnd(server, number)).toMatchObject({ phase: 'stopped' })
}

/** Executes a run that prints a word and writes a file of that name. The word distinguishes two runs of one number. */
async function runToEnd(
  server: TestServer,
  word: string,
  cmd = `echo ${word}; echo ${word} > $HAGANE_OUTPUTS/${word}`,
): Promise<number> {
  const { number } = await server.submit(document(cmd))
  await waitForEnd(server, number)
  return number
}

/** Checks that the log and the outputs of a run are those that `runToEnd` made for this word. */
async function expectOutputs(server: TestServer, number: number, word: string): Promise<void> {
  await waitUntil(async () => (await server.call<ArtifactView[]>('GET', `/runs/${number}/artifacts`)).body.length > 0)
  expect((await server.call<ArtifactView[]>('GET', `/runs/${number}/artifacts`)).body.map(({ path }) => path)).toEqual([
    word,
  ])
  expect((await server.call<string>('GET', `/runs/${number}/artifacts/content?path=${word}`)).body).toBe(`${word}\n`)
  expect(await logOf(server, number)).toBe(`${word}\n`)
}

describe('two data directories on one machine', () => {
  it(
    'A server on a restored backup does not touch the running processes of the original',
    { timeout: 60_000 },
    async () => {
      await using server = await startTestServer()
      using work = createCliFolder(server)

      const runs = [await startLongRun(server), await startLongRun(server, 'environment: {max_restarts: 3}\n')]
      expect((await work.hagane('backup', join(folder, 'live'))).status).toBe(0)

      await using other = await startTestServer({ isStartedLater: true })
      expect((await work.hagane('restore', join(folder, 'live'), '--data', other.dataDir)).status).toBe(0)

      await other.start()
      for (const { number } of runs)
        expect(await viewOf(other, number)).toMatchObject({ phase: 'failed', reason: 'Restored' })

      for (const { number } of runs) await other.call('POST', `/runs/${number}/stop`)
      await runToEnd(other, 'next')

      for (const { number, pids } of runs) {
        expect(pids.filter(isAlive)).toEqual(pids)
        expect(await viewOf(server, number)).toMatchObject({ phase: 'running' })
        await stop(server, number)
      }
    },
  )

  it(
    'A server on a copied directory records running attempts of the original as lost and signals none of them',
    { timeout: 60_000 },
    async () => {
      await using server = await startTestServer()
      const { number, pids } = await startLongRun(server)
      const retried = await startLongRun(server, 'environment: {max_restarts: 1}\n')

      const copy = join(folder, 'copied')
      cpSync(server.dataDir, copy, { recursive: true, filter: (path) => !path.endsWith('lock.db') })
      await using other = await startTestServer({ dataDir: copy })

      const lost = await waitForEnd(other, number)
      expect(lost).toMatchObject({ phase: 'failed', reason: 'Lost' })
      expect(JSON.stringify(lost)).toContain('it ran from another data directory')

      await waitUntil(async () => (await viewOf(other, retried.number)).attempts.length === 2)
      await waitUntil(async () => (await logOf(other, retried.number)).startsWith('begun'))
      await stop(other, retried.number)
      expect([...pids, ...retried.pids].every(isAlive)).toBe(true)

      for (const run of [number, retried.number]) {
        expect(await viewOf(server, run)).toMatchObject({ phase: 'running' })
        await stop(server, run)
      }
      expect([...pids, ...retried.pids].some(isAlive)).toBe(false)
    },
  )

  it(
    'Commands on a copied directory do not reach the server of the original directory',
    { timeout: 60_000 },
    async () => {
      await using server = await startTestServer()
      const copy = join(folder, 'copied-state')
      cpSync(server.dataDir, copy, { recursive: true, filter: (path) => !path.endsWith('lock.db') })
      using work = createCliFolder({ ...server, dataDir: copy })
      expect(await work.haganeWith({ env: { HAGANE_HOST: undefined } }, 'ls')).toMatchObject({
        status: 5,
        stderr: expect.stringContaining('no server'),
      })
    },
  )

  it(
    'Runs of a directory that is moved while they run are found, stopped and recorded in the new place',
    { timeout: 60_000 },
    async () => {
      const [before, after] = [join(folder, 'before'), join(folder, 'after')]
      mkdirSync(before)
      await using server = await startTestServer({ dataDir: before })

      const { number, pids } = await startLongRun(server)
      const ending = (
        await server.submit(document('echo begun; while [ ! -e go ]; do sleep 0.1; done; exit 5'), folder)
      ).number
      await waitUntil(async () => (await logOf(server, ending)) === 'begun\n')

      renameSync(before, after)
      await server.kill()
      await using other = await startTestServer({ dataDir: after })

      await waitUntil(async () => (await viewOf(other, number)).phase === 'running')
      await stop(other, number)
      expect(pids.some(isAlive)).toBe(false)

      writeFileSync(join(folder, 'go'), '')
      expect(await waitForEnd(other, ending)).toMatchObject({ phase: 'failed', attempts: [{ exitCode: 5 }] })
      expect(existsSync(before)).toBe(false)
    },
  )
})

describe('a data directory that contains runs which its database lacks', () => {
  const removeDatabase = async (dataDir: string): Promise<void> => {
    for (const name of readdirSync(dataDir).filter((one) => one.startsWith('hagane.db'))) rmSync(join(dataDir, name))
  }

  /**
   * Executes runs 1 to 3, lets `change` replace the database, and executes runs 1 to 3 again. Checks that each new run
   * has its own log and outputs.
   */
  async function expectFilesApart(server: TestServer, change: () => Promise<void>): Promise<void> {
    for (const word of ['old1', 'old2']) await runToEnd(server, word)
    await runToEnd(server, 'old3', 'echo old3; exit 7')

    await server.kill()
    await change()
    await server.start()

    for (const word of ['new1', 'new2', 'new3']) {
      const number = await runToEnd(server, word)
      expect(await viewOf(server, number)).toMatchObject({ phase: 'succeeded' })
      await expectOutputs(server, number, word)
    }

    const { number } = await server.submit(document('echo $HAGANE_OUTPUTS; cat $HAGANE_OUTPUTS/*'))
    await waitForEnd(server, number)
    expect((await server.call('POST', '/runs/1/resume', { id: crypto.randomUUID() })).status).toBe(200)
  }

  it(
    'After a database was deleted, new runs with the old numbers run and have files of their own',
    { timeout: 60_000 },
    async () => {
      await using server = await startTestServer()
      await expectFilesApart(server, () => removeDatabase(server.dataDir))
      await server.call('DELETE', '/runs/2')
      await server.call('POST', '/trash/empty')
      await waitUntil(async () => !readdirSync(join(server.dataDir, 'runs')).some((name) => name.startsWith('2.')))
      expect(readFileSync(join(server.dataDir, 'runs', '2', 'outputs', 'old2'), 'utf8')).toBe('old2\n')
      expect(readFileSync(join(server.dataDir, 'attempts', 'hagane-2-1', 'log'), 'utf8')).toBe('old2\n')
    },
  )

  it.skipIf(inject('postgresError') !== '')(
    'A directory that is used with PostgreSQL and then with SQLite again keeps the files of both apart',
    { timeout: 90_000 },
    async () => {
      await using postgres = await startPostgres()
      const database = await postgres.createDatabase()
      await using server = await startTestServer()
      await using other = await startTestServer({ database, dataDir: server.dataDir, isStartedLater: true })

      for (const word of ['old1', 'old2']) await runToEnd(server, word)
      const long = await startLongRun(server)

      await server.kill()
      await other.start()
      for (const word of ['new1', 'new2', 'new3']) await expectOutputs(other, await runToEnd(other, word), word)
      expect(long.pids.every(isAlive)).toBe(true)

      await other.kill()
      await using again = await startTestServer({ database: 'sqlite', dataDir: server.dataDir })

      await expectOutputs(again, 1, 'old1')
      expect(await viewOf(again, long.number)).toMatchObject({ phase: 'running' })

      await stop(again, long.number)
      expect(long.pids.some(isAlive)).toBe(false)
    },
  )

  it(
    'After an older database was put back, a run that it lacks continues and its number is given to a new run',
    { timeout: 60_000 },
    async () => {
      await using server = await startTestServer()
      await runToEnd(server, 'first')
      await server.kill()
      const older = readdirSync(server.dataDir).filter((name) => name.startsWith('hagane.db'))
      mkdirSync(join(folder, 'older'))
      for (const name of older) cpSync(join(server.dataDir, name), join(folder, 'older', name))
      await server.start()

      const long = await startLongRun(server)
      await server.kill()
      await removeDatabase(server.dataDir)
      for (const name of older) cpSync(join(folder, 'older', name), join(server.dataDir, name))
      await server.start()

      expect(await runToEnd(server, 'second')).toBe(long.number)
      await expectOutputs(server, long.number, 'second')
      expect(long.pids.every(isAlive)).toBe(true)

      process.kill(long.pids[1]!, 'SIGKILL')
      await waitUntil(async () => !long.pids.some(isAlive))
      await expectOutputs(server, 1, 'first')
    },
  )

  it(
    'A stop, and a restart of the server, end the processes of an attempt whose folder was removed',
    { timeout: 60_000 },
    async () => {
      await using server = await startTestServer()
      const [stopped, lost] = [await startLongRun(server), await startLongRun(server)]

      rmSync(join(server.dataDir, 'attempts', `hagane-${stopped.number}-1`), { recursive: true })
      await server.call('POST', `/runs/${stopped.number}/stop`)
      expect(await waitForEnd(server, stopped.number)).toMatchObject({ phase: 'stopped' })
      expect(stopped.pids.some(isAlive)).toBe(false)

      await server.kill()
      rmSync(join(server.dataDir, 'attempts', `hagane-${lost.number}-1`), { recursive: true })
      await server.start()
      expect(await waitForEnd(server, lost.number)).toMatchObject({ phase: 'failed', reason: 'Lost' })
      expect(lost.pids.some(isAlive)).toBe(false)
    },
  )
})

describe('the protection of a data directory', () => {
  it('A second server detects the first one although the lock file was removed', { timeout: 60_000 }, async () => {
    await using server = await startTestServer()
    rmSync(join(server.dataDir, 'lock.db'))
    await using second = await startTestServer({ dataDir: server.dataDir, isStartedLater: true })
    second.launch()
    expect(await second.waitForEnd()).toBe(3)
    expect(second.readErrors()).toContain(`process ${server.pid}`)
  })

  it('A server that cannot read the lock file names the file in its error', { timeout: 60_000 }, async () => {
    const dataDir = mkdtempSync(join(folder, 'garbage-'))
    writeFileSync(join(dataDir, 'lock.db'), 'garbage, and more of it than a header of a database is long, '.repeat(20))
    await using server = await startTestServer({ dataDir, isStartedLater: true })
    server.launch()
    expect(await server.waitForEnd()).toBe(1)
    expect(server.readErrors()).toContain(join(dataDir, 'lock.db'))
  })

  it(
    'After an interrupted restore no server starts, `hagane doctor` reports it, and the restore can be repeated',
    { timeout: 60_000 },
    async () => {
      await using server = await startTestServer()
      using work = createCliFolder(server)

      await runToEnd(server, 'kept')
      const backup = join(folder, 'cut')
      expect((await work.hagane('backup', backup)).status).toBe(0)

      await using other = await startTestServer({ isStartedLater: true })
      const restore = (): ReturnType<typeof work.hagane> =>
        work.haganeWith({ env: { HAGANE_HOST: undefined } }, 'restore', backup, '--data', other.dataDir)

      // The restore fails halfway, since a file is in the place of a folder.
      renameSync(join(backup, 'files', 'attempts'), join(backup, 'aside'))
      writeFileSync(join(backup, 'files', 'attempts'), 'no folder')
      expect((await restore()).status).not.toBe(0)

      other.launch()
      expect(await other.waitForEnd()).toBe(1)
      expect(other.readErrors()).toContain('was cut short')

      const doctor = await work.haganeWith({ env: { HAGANE_HOST: undefined, HAGANE_DATA: other.dataDir } }, 'doctor')
      expect(doctor).toMatchObject({ status: 1, stdout: expect.stringContaining('was cut short') })

      rmSync(join(backup, 'files', 'attempts'))
      renameSync(join(backup, 'aside'), join(backup, 'files', 'attempts'))
      expect(await restore()).toMatchObject({ status: 0 })

      await other.start()
      await expectOutputs(other, 1, 'kept')
    },
  )

  it('A backup is not restored into a directory that contains files of runs', async () => {
    const dataDir = mkdtempSync(join(folder, 'used-'))
    mkdirSync(join(dataDir, 'runs', '1', 'outputs'), { recursive: true })
    using work = createCliFolder({ url: 'http://127.0.0.1:1', dataDir })
    expect(await work.hagane('restore', join(folder, 'cut'), '--data', dataDir)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('has runs already'),
    })
  })
})
