import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { RunDetailView } from '../../src/contract/run.ts'
import { findFreePort } from '../support/postgres.ts'
import { createRandom, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'
import {
  filterRunningPids,
  createLedgerFolder,
  describeOnBothServers,
  hasRunEnded,
  sleep,
  queryRows,
  waitForSweepEnd,
  toSweepDocument,
} from '../support/both-servers.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

/**
 * Starts `count` servers at once on one data directory, and kills those that got ready. Returns the outcome of each
 * start, and whether the port answered.
 */
async function raceServers(dataDir: string, count: number) {
  const port = await findFreePort()
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, [MAIN, 'up', '--data', dataDir, '--port', String(port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  )

  const outcomes = await Promise.all(
    children.map(
      (child) =>
        new Promise<{ isReady: boolean; status: number | null; errors: string }>((resolve) => {
          let errors = ''
          child.stderr.on('data', (data: Buffer) => {
            errors += data.toString()
            if (errors.includes('is ready')) resolve({ isReady: true, status: null, errors })
          })
          child.once('exit', (status) => resolve({ isReady: false, status, errors }))
        }),
    ),
  )

  const winners = children.filter((_, index) => outcomes[index]!.isReady)
  const isHealthy = (await fetch(`http://127.0.0.1:${port}/api/v1/health`)).ok
  for (const winner of winners) {
    const ended = new Promise((resolve) => winner.once('exit', resolve))
    winner.kill('SIGKILL')
    await ended
  }

  return { outcomes, isHealthy }
}

describe('servers that start at once on one directory', () => {
  it.each([
    [20, 2],
    [2, 10],
  ])(
    '%i races of %i servers have one winner each, and the others end with status 3 and name the data directory',
    { timeout: 240_000 },
    async (races, count) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'hagane-race-'))
      try {
        for (let index = 0; index < races; index += 1) {
          const { outcomes, isHealthy } = await raceServers(dataDir, count)
          expect(outcomes.filter((outcome) => outcome.isReady)).toHaveLength(1)

          const losers = outcomes.filter((outcome) => !outcome.isReady)
          for (const { status, errors } of losers) {
            expect([status, errors]).toEqual([3, expect.stringContaining(dataDir)])
            expect(errors).not.toMatch(/\n\s+at /)
          }
          expect(isHealthy).toBe(true)
        }
      } finally {
        rmSync(dataDir, { recursive: true, force: true })
      }
    },
  )
})

const preload = `--import ${join(import.meta.dirname, '../support/fault-points.ts')}`
const HOUR_MS = 3_600_000
const JUMPS_MS = [HOUR_MS, -HOUR_MS, 24 * HOUR_MS, -24 * HOUR_MS, 1000, -1000]

describeOnBothServers('a clock that jumps', (openPlace) => {
  it(
    `A jump of the clock ends, delays and doubles no run that waits, runs, backs off or stops: ${JUMPS_MS.length} jumps`,
    { timeout: 300_000 },
    async () => {
      const clockFile = join(mkdtempSync(join(tmpdir(), 'hagane-clock-')), 'offset')
      writeFileSync(clockFile, '0')

      await using place = await openPlace({
        env: { NODE_OPTIONS: preload, HAGANE_TEST_CLOCK: clockFile, HAGANE_CONCURRENCY: '3' },
      })
      const { server } = place
      createRandom()

      for (const jumpMs of JUMPS_MS) {
        using work = createLedgerFolder()

        const script = (name: string, text: string): string => {
          writeFileSync(join(work.folder, name), `import ledger, os, signal, sys, time\n${text}`)
          return `python ${name}`
        }

        const submit = async (command: string, more = ''): Promise<number> =>
          (
            await server.submit(
              `version: 1\nkind: experiment\n${more}run: {cmd: ${JSON.stringify(command)}}\n`,
              work.folder,
            )
          ).number

        const waitForGo = 'while not os.path.exists("go"): time.sleep(0.05)\n'
        const running = await submit(script('running.py', waitForGo), 'environment: {timeout: 1800}\n')
        const stubborn = await submit(
          script(
            'deaf.py',
            'signal.signal(signal.SIGTERM, signal.SIG_IGN)\nopen("deaf", "w").close()\ntime.sleep(600)\n',
          ),
          'environment: {stop_grace: 2}\n',
        )
        const restarting = await submit(
          script('backing.py', 'sys.exit(0 if os.path.exists("go") else 1)\n'),
          'environment: {max_restarts: 20}\n',
        )

        await waitUntil(async () => work.readPids().size === 3)
        const waiting = await submit(script('waiting.py', ''))

        await server.call('POST', `/runs/${stubborn}/stop`)
        await waitUntil(async () => (await show(server, stubborn)).phase === 'stopping')
        await sleep(300)

        await setClock(server, clockFile, jumpMs)
        await waitUntil(async () => await hasRunEnded(server, stubborn), 20_000)
        expect(filterRunningPids(work.readPids().get(stubborn)!)).toEqual([])

        // A new server checks every time limit at once.
        await server.kill()
        await server.start()
        await sleep(500)

        expect((await show(server, running)).phase).toBe('running')
        writeFileSync(join(work.folder, 'go'), '')

        for (const run of [running, restarting, waiting]) {
          await waitUntil(async () => await hasRunEnded(server, run), 40_000)
          expect([jumpMs, run, (await show(server, run)).phase]).toEqual([jumpMs, run, 'succeeded'])
        }

        expect(work.readPids().get(running)).toHaveLength(1)
        const attempts = (await show(server, restarting)).attempts.length
        expect(work.readPids().get(restarting)).toHaveLength(attempts)

        await setClock(server, clockFile, 0)
      }
    },
  )

  async function show(server: TestServer, run: number): Promise<RunDetailView> {
    return (await server.call<RunDetailView>('GET', `/runs/${run}`)).body
  }

  async function setClock(server: TestServer, file: string, offsetMs: number): Promise<void> {
    writeFileSync(file, String(offsetMs))
    server.signal('SIGUSR2')
    await sleep(100)
  }
})

describeOnBothServers('a sweep that is stopped while its trials are made', (openPlace) => {
  const STOPS = 15
  it(`No trial starts after a stop during the creation of trials, ${STOPS} times`, { timeout: 240_000 }, async () => {
    await using place = await openPlace()
    const { server } = place
    const random = createRandom()

    for (let stop = 0; stop < STOPS; stop += 1) {
      using work = createLedgerFolder()
      writeFileSync(join(work.folder, 'trial.py'), 'import ledger\n')
      const { number } = await server.submit(toSweepDocument(300, 4, 'python trial.py {{ a }}'), work.folder)

      await sleep(random.next() ** 2 * 600)
      expect((await server.call('POST', `/sweeps/${number}/stop`)).status).toBe(200)
      expect((await waitForSweepEnd(server, number)).phase).toBe('stopped')

      const starting = `select event.seq from event join run on run.id = event.run_id join sweep on sweep.id = run.sweep_id
        where sweep.number = ${number} and event.kind = 'run.starting'`
      const stopRequested = `select event.seq from event join sweep on sweep.id = event.sweep_id
        where sweep.number = ${number} and event.kind = 'sweep.stop_requested'`

      expect(await queryRows(place, `${starting} and event.seq > (${stopRequested})`)).toEqual([])
      const signatures = work.readPids()
      expect(signatures.size).toBeLessThanOrEqual((await queryRows(place, starting)).length)
      for (const pids of signatures.values()) expect(pids).toHaveLength(1)
    }
  })
})
