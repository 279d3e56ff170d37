import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, describe, expect, it } from 'vitest'

import type { RunDetailView } from '../../../src/contract/run.ts'
import { createCliFolder } from '../../support/cli.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'hagane-logs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const MIB = 2 ** 20
const document = (cmd: string, more = ''): string =>
  `version: 1\nkind: experiment\n${more}run: {cmd: ${JSON.stringify(cmd)}}`
const viewOf = async (server: TestServer, number: number): Promise<RunDetailView> =>
  (await server.call<RunDetailView>('GET', `/runs/${number}`)).body

async function ended(server: TestServer, number: number): Promise<RunDetailView> {
  await waitUntil(async () => ['succeeded', 'failed', 'stopped'].includes((await viewOf(server, number)).phase))
  return await viewOf(server, number)
}

async function page(server: TestServer, path: string): Promise<{ text: string; cursor: number; cut: string | null }> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${server.readToken()}` },
  })
  return {
    text: await response.text(),
    cursor: Number(response.headers.get('x-hagane-cursor')),
    cut: response.headers.get('x-hagane-cut'),
  }
}

describe('a log', () => {
  it(
    'A log above its limit keeps its beginning and its end, names the gap, and frees disk space while it is written',
    { timeout: 120_000 },
    async () => {
      await using server = await startTestServer({ env: { HAGANE_LOG_LIMIT_MIB: '4' } })
      using work = createCliFolder(server)

      const { number } = await server.submit(
        document(
          'i=0; while [ ! -e stop ]; do seq $i $((i + 99999)); i=$((i + 100000)); sleep 0.05; done; echo the end',
        ),
        folder,
      )
      const file = join(server.dataDir, 'attempts', `hagane-${number}-1`, 'log')

      await waitUntil(
        async () =>
          existsSync(file) &&
          statSync(file).size > 24 * MIB &&
          (await page(server, `/runs/${number}/logs`)).cut !== null,
        60_000,
      )
      await waitUntil(async () => statSync(file).blocks * 512 < 12 * MIB)

      writeFileSync(join(folder, 'stop'), '')
      await ended(server, number)
      expect(statSync(file).blocks * 512).toBeLessThan(6 * MIB)

      const whole = await work.hagane('logs', String(number))
      const lines = whole.stdout.split('\n').filter((line) => line !== '')
      const note = lines.findIndex((line) => line.startsWith('[hagane]'))
      const head = lines.slice(0, note).map(Number)
      expect(head).toEqual(head.map((_, index) => index))
      expect(lines.slice(note, note + 2).join(' ')).toMatch(
        /^\[hagane\] \d+ MiB are left out here: .* 4 MiB .* \[hagane\] .*4 MiB/,
      )
      expect(lines.at(-1)).toBe('the end')

      const tail = lines.slice(note + 2, -1).map(Number)
      expect(tail).toEqual(tail.map((_, index) => tail[0]! + index))
      expect(whole.stdout.length).toBeGreaterThan(3.9 * MIB)
      expect(whole.stdout.length).toBeLessThan(4.6 * MIB)

      const [from, to] = (await page(server, `/runs/${number}/logs?tail=1`)).cut!.split('-').map(Number)
      for (const cursor of [from!, from! + 1, Math.floor((from! + to!) / 2), to! - 1]) {
        const { text, cursor: end } = await page(server, `/runs/${number}/logs?cursor=${cursor}`)
        expect([text.split('\n', 1)[0], end]).toEqual([String(tail[0]), to! + text.length])
      }

      const search = async (pattern: string) =>
        (
          await server.call<{ lines: { offset: number; text: string }[] }>(
            'GET',
            `/runs/${number}/logs/search?pattern=${encodeURIComponent(pattern)}`,
          )
        ).body.lines

      expect((await search(`^(7|${tail[0]}|the end)$`)).map(({ text }) => text)).toEqual([
        '7',
        String(tail[0]),
        'the end',
      ])
      expect((await search(`^${tail[0]}$`))[0]!.offset).toBe(to)
      expect((await server.call<{ lines: number }>('GET', `/runs/${number}/logs/lines?before=${to}`)).body.lines).toBe(
        note + 3,
      )

      expect((await work.hagane('backup', join(folder, 'backup'))).status).toBe(0)
      const kept = join(folder, 'backup', 'files', 'attempts', `hagane-${number}-1`, 'log')
      expect(readFileSync(kept).equals(readFileSync(file))).toBe(true)
      expect(statSync(kept).blocks * 512).toBeLessThan(6 * MIB)
    },
  )

  it(
    'A secret in a log stays masked after the secret was changed or removed and after the run has ended',
    { timeout: 60_000 },
    async () => {
      await using server = await startTestServer()
      using work = createCliFolder(server)

      const secret = join(server.dataDir, 'secrets', 'key', 'TOKEN')
      mkdirSync(join(server.dataDir, 'secrets', 'key'), { recursive: true, mode: 0o700 })
      writeFileSync(secret, 'first-value\n', { mode: 0o600 })
      const cmd = 'echo got $TOKEN; while [ ! -e go ]; do sleep 0.1; done; echo again $TOKEN; exit 3'
      const { number } = await server.submit(document(cmd, 'environment: {secret_refs: [key]}\n'), folder)

      const log = async (): Promise<string> => (await page(server, `/runs/${number}/logs`)).text
      await waitUntil(async () => (await log()) !== '')
      writeFileSync(secret, 'other-value\n', { mode: 0o600 })
      expect(await log()).toBe('got ***********\n')

      rmSync(join(server.dataDir, 'secrets'), { recursive: true })
      expect(await log()).toBe('got ***********\n')
      expect((await work.hagane('backup', join(folder, 'secrets'))).status).toBe(0)
      const attempt = join(folder, 'secrets', 'files', 'attempts', `hagane-${number}-1`)
      expect(readFileSync(join(attempt, 'log'), 'utf8')).toBe('got ***********\n')
      expect(readdirSync(attempt)).not.toContain('secrets.json')

      writeFileSync(join(folder, 'go'), '')
      await ended(server, number)
      const kept = join(server.dataDir, 'attempts', `hagane-${number}-1`)
      await waitUntil(async () => !existsSync(join(kept, 'secrets.json')))
      expect(readFileSync(join(kept, 'log'), 'utf8')).toBe('got ***********\nagain ***********\n')
      expect(await log()).toBe('got ***********\nagain ***********\n')

      const rows = JSON.stringify(await viewOf(server, number))
      expect(rows).not.toContain('first-value')
    },
  )

  it(
    'A script that writes beside its working copy does not change its log, and a log that is no file reads as empty',
    { timeout: 60_000 },
    async () => {
      await using server = await startTestServer()
      using work = createCliFolder(server)

      work.write('train.sh', 'echo begun; rm -rf ../* ; mkfifo ../log; mkfifo ../exit; echo x > ../claim; echo done\n')
      work.write('run.yml', document('sh train.sh'))
      expect(await work.hagane('run', '-f', 'run.yml', '--wait')).toMatchObject({ status: 0 })
      expect((await page(server, '/runs/1/logs')).text).toBe('begun\ndone\n')

      const log = join(server.dataDir, 'attempts', 'hagane-1-1', 'log')
      for (const make of [() => mkdirSync(log), () => renameSync(join(folder, 'fifo'), log)]) {
        rmSync(log, { recursive: true, force: true })
        const { number } = await server.submit(document('mkfifo fifo'), folder)
        await ended(server, number)
        make()
        expect((await page(server, '/runs/1/logs')).text).toBe('')
        expect((await page(server, '/runs/1/logs?tail=10')).text).toBe('')
        expect((await server.call('GET', '/runs/1/logs/search?pattern=x')).status).toBe(200)
        rmSync(join(folder, 'fifo'), { force: true })
      }
    },
  )

  it.each(['log.cut', 'log.index', 'secrets.json', 'exit'])(
    'A log can be read and its run ends although a script replaces %s by a pipe, a folder, a link or garbage',
    { timeout: 60_000 },
    async (name) => {
      await using server = await startTestServer()
      for (const put of [`mkfifo "$f"`, `mkdir "$f"`, `ln -s / "$f"`, `echo {garbage > "$f"`]) {
        const { number } = await server.submit(
          document(`f="$(dirname "$(readlink /proc/$$/fd/1)")/${name}"; rm -f "$f"; ${put}; echo put; sleep 1`),
          folder,
        )
        await waitUntil(async () => (await page(server, `/runs/${number}/logs`)).text === 'put\n', 20_000)
        await server.call('POST', `/runs/${number}/stop`)
        await ended(server, number)
        expect((await page(server, `/runs/${number}/logs`)).text).toMatch(/^put\n/)
        expect((await page(server, `/runs/${number}/logs?tail=10`)).text).toMatch(/^put\n/)
      }

      expect((await server.call('GET', '/health')).status).toBe(200)
    },
  )
})
