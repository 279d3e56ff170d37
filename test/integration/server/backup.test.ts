import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, describe, expect, inject, it } from 'vitest'

import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import type { RunDetailView } from '../../../src/contract/run.ts'
import type { SweepView } from '../../../src/contract/sweep.ts'
import { createCliFolder } from '../../support/cli.ts'
import { startPostgres } from '../../support/postgres.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'hagane-backup-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const TRIAL =
  "python3 -c \"from hagane import Experiment; e = Experiment(); e.log_metrics(step=1, loss=float('nan'), x={{ a }}); open(e.outputs_path + '/model', 'w').write('{{ a }}')\""

// Each of these characters is a line end for some parser.
const SEPARATORS = 'a\u2028b\u2029c\r\nd\u0085e\vf'

/** Creates a sweep that has ended, a sweep in progress, and a running run with odd outputs. Returns their numbers. */
async function fill(server: TestServer): Promise<{ done: number; sweep: number; running: number }> {
  await server.call('PATCH', '/projects/default', { description: SEPARATORS })

  const done = (
    await server.submit(
      `version: 1\nkind: group\nhptuning: {matrix: {a: {values: [1, 2.5]}}}\nrun: {cmd: ${JSON.stringify(TRIAL)}}`,
    )
  ).number
  await waitUntil(async () => (await server.call<SweepView>('GET', `/sweeps/${done}`)).body.phase === 'done')

  const sweep = (
    await server.submit(
      'version: 1\nkind: group\nhptuning: {concurrency: 2, matrix: {a: {range: [0, 50, 1]}}}\nrun: {cmd: sleep 100}',
    )
  ).number
  const running = (
    await server.submit(
      'version: 1\nkind: experiment\nenvironment: {max_restarts: 5}\nrun: {cmd: "mkdir -p $HAGANE_OUTPUTS/attempts/x/code; echo mine > $HAGANE_OUTPUTS/attempts/x/code/a; mkfifo $HAGANE_OUTPUTS/pipe; ln -s nowhere $HAGANE_OUTPUTS/link; echo started; sleep 100"}',
    )
  ).number

  await waitUntil(async () => (await server.call<string>('GET', `/runs/${running}/logs`)).body === 'started\n')
  await waitUntil(
    async () => ((await server.call<SweepView>('GET', `/sweeps/${sweep}`)).body.counts.running ?? 0) === 2,
  )
  await waitUntil(async () =>
    (await server.call<RunPageView>('GET', `/runs?sweep=${done}`)).body.runs.every(
      (run) => run.metrics['x'] !== undefined,
    ),
  )

  return { done, sweep, running }
}

async function stopAll(server: TestServer): Promise<void> {
  for (const { number } of (await server.call<SweepView[]>('GET', '/sweeps')).body)
    await server.call('POST', `/sweeps/${number}/stop`)
  await server.call('POST', '/runs/bulk', { action: 'stop', filter: 'phase in (queued, starting, running, paused)' })
}

async function checkRestored(
  server: TestServer,
  { done, sweep, running }: { done: number; sweep: number; running: number },
): Promise<void> {
  expect((await server.call<{ name: string; description: string }[]>('GET', '/projects')).body[0]).toMatchObject({
    description: SEPARATORS,
  })

  const { runs } = (await server.call<RunPageView>('GET', `/runs?sweep=${done}&sort=number`)).body
  expect(runs.map((run) => [run.phase, run.params['a'], run.metrics['x']?.last, run.metrics['loss']?.last])).toEqual([
    ['succeeded', 1, 1, 'NaN'],
    ['succeeded', 2.5, 2.5, 'NaN'],
  ])
  expect((await server.call<unknown[]>('GET', `/runs/${runs[0]!.number}/metrics/x`)).body).toMatchObject([
    { step: 1, value: 1 },
  ])
  expect((await server.call<string>('GET', `/runs/${runs[1]!.number}/artifacts/content?path=model`)).body).toBe('2.5')

  expect((await server.call<RunDetailView>('GET', `/runs/${running}`)).body).toMatchObject({
    phase: 'failed',
    reason: 'Restored',
    attempts: [{ n: 1, state: 'ended' }],
  })
  expect((await server.call<string>('GET', `/runs/${running}/logs`)).body).toBe('started\n')

  const restored = (await server.call<SweepView>('GET', `/sweeps/${sweep}`)).body
  expect([restored.phase, restored.isPaused, restored.counts.running ?? 0, restored.counts.queued ?? 0]).toEqual([
    'running',
    true,
    0,
    0,
  ])

  const { number } = await server.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}')
  expect(number).toBeGreaterThan(running)

  await waitUntil(async () => (await server.call<RunDetailView>('GET', `/runs/${number}`)).body.phase === 'succeeded')
  await server.call('POST', `/sweeps/${sweep}/resume`)
  await waitUntil(
    async () => ((await server.call<SweepView>('GET', `/sweeps/${sweep}`)).body.counts.running ?? 0) === 2,
  )
  await stopAll(server)
}

describe('a backup', () => {
  it('A backup taken under load is restored elsewhere and runs nothing again; a damaged one is refused', async () => {
    await using server = await startTestServer()
    using work = createCliFolder(server)

    const numbers = await fill(server)

    const made = await work.hagane('backup', join(folder, 'one'), '--json')
    expect(made.status, made.stderr).toBe(0)
    expect(await work.hagane('backup', join(folder, 'one'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is not empty'),
    })

    const lines = readFileSync(join(folder, 'one', 'tables', 'run.jsonl'), 'utf8')
      .trim()
      .split('\n')
    expect(lines.length).toBeGreaterThan(5)
    expect(
      readFileSync(
        join(folder, 'one', 'files', 'runs', String(numbers.running), 'outputs', 'attempts', 'x', 'code', 'a'),
        'utf8',
      ),
    ).toBe('mine\n')
    expect(readFileSync(join(folder, 'one', 'backup.json'), 'utf8') + lines.join('')).not.toContain(server.readToken())

    await stopAll(server)

    await using other = await startTestServer({ isStartedLater: true })
    const restored = await work.hagane('restore', join(folder, 'one'), '--data', other.dataDir)
    expect(restored.status, restored.stderr).toBe(0)

    await other.start()
    await checkRestored(other, numbers)
    expect(await work.hagane('restore', join(folder, 'one'), '--data', other.dataDir)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('a server uses'),
    })

    await other.kill()
    expect(await work.hagane('restore', join(folder, 'one'), '--data', other.dataDir)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('has runs already'),
    })

    const file = join(folder, 'one', 'tables', 'metric.jsonl')
    writeFileSync(file, readFileSync(file, 'utf8').replace('1', '2'))
    expect(await work.hagane('restore', join(folder, 'one'), '--data', join(folder, 'new'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('damaged'),
    })
    expect(existsSync(join(folder, 'new', 'hagane.db'))).toBe(false)
    expect(await work.hagane('restore', folder, '--data', join(folder, 'new'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('not a backup'),
    })
  })

  it.skipIf(inject('postgresError') !== '')(
    'A backup moves everything from SQLite to PostgreSQL and back',
    async () => {
      await using postgres = await startPostgres()
      await using server = await startTestServer()
      using work = createCliFolder(server)

      const numbers = await fill(server)
      expect((await work.hagane('backup', join(folder, 'two'))).status).toBe(0)

      await stopAll(server)
      const database = await postgres.createDatabase()
      await using onPostgres = await startTestServer({ database, isStartedLater: true })

      const restored = await work.hagane(
        'restore',
        join(folder, 'two'),
        '--data',
        onPostgres.dataDir,
        '--database',
        database,
      )
      expect(restored.status, restored.stderr).toBe(0)

      await onPostgres.start()
      await checkRestored(onPostgres, numbers)
      expect(
        (await work.hagane('backup', join(folder, 'three'), '--data', onPostgres.dataDir, '--database', database))
          .status,
      ).toBe(0)

      await using back = await startTestServer({ isStartedLater: true })
      expect((await work.hagane('restore', join(folder, 'three'), '--data', back.dataDir)).status).toBe(0)

      await back.start()
      const { runs } = (await back.call<RunPageView>('GET', `/runs?sweep=${numbers.done}&filter=m.x > 2`)).body
      expect(runs.map((run) => run.params['a'])).toEqual([2.5])
    },
  )
})
