import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

import { afterAll, beforeAll, expect, it } from 'vitest'

import type { RunPageView } from '../../src/contract/routes/runs.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { createCliFolder } from '../support/cli.ts'
import type { CliFolder } from '../support/cli.ts'
import { startTestServer, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'
import { hasRunEnded } from '../support/both-servers.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')
const SIZE_BYTES = 700_000_000
const PEAK_BYTES_MAX = 400_000_000

let server: TestServer
let work: CliFolder

beforeAll(async () => {
  server = await startTestServer()
  work = createCliFolder(server)
  await server.submit(
    `version: 1\nkind: experiment\nrun: {cmd: "truncate -s ${SIZE_BYTES} $HAGANE_OUTPUTS/model.bin && echo end >> $HAGANE_OUTPUTS/model.bin && echo x > $HAGANE_OUTPUTS/small"}\n`,
    work.folder,
  )
  await waitUntil(async () => (await server.call<unknown[]>('GET', '/runs/1/artifacts')).body.length === 2)
})
afterAll(async () => {
  work[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
})

it('Hashing the files of many runs delays no other run', { timeout: 240_000 }, async () => {
  await using server = await startTestServer()
  const { number } = await server.submit(
    'version: 1\nkind: group\nhptuning: {concurrency: 40, matrix: {a: {range: [0, 40, 1]}}}\nrun: {cmd: "truncate -s 1G $HAGANE_OUTPUTS/sparse"}',
  )
  await waitUntil(
    async () => (await server.call<SweepView>('GET', `/sweeps/${number}`)).body.counts.succeeded === 40,
    90_000,
  )

  const later = (await server.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}')).number
  await waitUntil(async () => await hasRunEnded(server, later))

  const { runs } = (await server.call<RunPageView>('GET', `/runs?sweep=${number}`)).body
  const listed = await Promise.all(
    runs.map(async (run) => (await server.call<unknown[]>('GET', `/runs/${run.number}/artifacts`)).body.length),
  )
  expect(listed).toContain(0)
})

it('A file larger than the memory of the fetching command is fetched whole', async () => {
  const env = {
    HOME: work.folder,
    PATH: process.env['PATH'],
    HAGANE_DATA: server.dataDir,
    HAGANE_HOST: server.url,
    LANG: 'C',
  }

  const child = spawn(process.execPath, [MAIN, 'artifacts', '1', '--to', 'fetched'], {
    cwd: work.folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })

  let peakBytes = 0
  const watching = setInterval(() => {
    try {
      peakBytes =
        Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) * 1024 || peakBytes
    } catch {
      // The command has just ended.
    }
  }, 20)

  const status = await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(watching)
  expect(status).toBe(0)

  expect(statSync(join(work.folder, 'fetched/model.bin')).size).toBe(SIZE_BYTES + 4)
  expect(peakBytes).toBeGreaterThan(0)
  expect(peakBytes).toBeLessThan(PEAK_BYTES_MAX)

  const [fetched, kept] = await Promise.all(
    [join(work.folder, 'fetched/model.bin'), join(server.dataDir, 'runs')].map(hashOf),
  )
  expect(fetched).toBe(kept)
})

async function hashOf(path: string): Promise<string> {
  const file = statSync(path).isDirectory()
    ? join(path, String(readdirSync(path, { recursive: true }).find((name) => String(name).endsWith('model.bin'))))
    : path
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

it('A stored file that differs from its recorded hash is not fetched, and the file of the user stays as it is', async () => {
  const folder = join(work.folder, 'again')
  expect((await work.hagane('artifacts', '1', 'small', '--to', 'again')).status).toBe(0)
  writeFileSync(join(folder, 'small'), 'mine')

  const runs = join(server.dataDir, 'runs')
  const kept = join(runs, String(readdirSync(runs, { recursive: true }).find((name) => String(name).endsWith('small'))))
  writeFileSync(kept, 'y\n')

  expect(await work.hagane('artifacts', '1', 'small', '--to', 'again')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('hash'),
  })
  expect([readdirSync(folder), readFileSync(join(folder, 'small'), 'utf8')]).toEqual([['small'], 'mine'])

  writeFileSync(kept, 'x\n')
})

it('A symbolic link at the place of a fetched file is replaced, and its target stays as it is', async () => {
  const outside = join(work.folder, 'outside')
  writeFileSync(outside, 'mine')
  rmSync(join(work.folder, 'again/small'))
  symlinkSync(outside, join(work.folder, 'again/small'))

  expect((await work.hagane('artifacts', '1', 'small', '--to', 'again')).status).toBe(0)
  expect([readFileSync(outside, 'utf8'), readFileSync(join(work.folder, 'again/small'), 'utf8')]).toEqual([
    'mine',
    'x\n',
  ])
})
