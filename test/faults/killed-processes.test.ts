import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { RunPageView } from '../../src/contract/routes/runs.ts'
import type { RunDetailView, RunView } from '../../src/contract/run.ts'
import { bootId, findProcess } from '../../src/executors/local/process-table.ts'
import { createRandom, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'
import {
  filterRunningPids,
  createLedgerFolder,
  describeOnBothServers,
  hasRunEnded,
  sleep,
  waitForSweepEnd,
  toSweepDocument,
} from '../support/both-servers.ts'
import type { LedgerFolder } from '../support/both-servers.ts'

const TREES = 25
const SUPERVISOR = join(import.meta.dirname, '../../src/executors/local/supervise.sh')

const LONG = 'import ledger, time\ntime.sleep(600)\n'
const IGNORES_SIGTERM = `import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n${LONG}`
const STUBBORN = `
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
import ledger
def note(): open(os.path.join("ledger", os.environ["HAGANE_RUN"]), "a").write("%d\\n" % os.getpid())
for detach in (False, True):
    if os.fork() == 0:
        if detach:
            os.setsid()
            if os.fork(): os._exit(0)
        note()
        time.sleep(600)
time.sleep(600)
`

/**
 * Starts a sweep whose runs sleep until they are ended. Returns when every run is running and all of its processes have
 * written their pids to the ledger.
 */
async function startSleepers(
  server: TestServer,
  work: LedgerFolder,
  { count, text = LONG, pidsEach = 1, more = '' }: { count: number; text?: string; pidsEach?: number; more?: string },
) {
  writeFileSync(join(work.folder, 'sleeper.py'), text)

  const { number } = await server.submit(toSweepDocument(count, count, 'python sleeper.py {{ a }}', more), work.folder)
  await waitUntil(
    async () => [...work.readPids().values()].filter((pids) => pids.length === pidsEach).length === count,
    60_000,
  )
  await waitUntil(async () => (await runsOf(server, number)).every((run) => run.phase === 'running'), 60_000)

  return { sweep: number, runs: (await runsOf(server, number)).map((run) => run.number) }
}

async function runsOf(server: TestServer, sweep: number): Promise<RunView[]> {
  return (await server.call<RunPageView>('GET', `/runs?sweep=${sweep}&limit=1000`)).body.runs
}

const claimFile = (server: TestServer, run: number, attempt = 1): string =>
  join(server.dataDir, 'attempts', `hagane-${run}-${attempt}`, 'claim')
const supervisorOf = (server: TestServer, run: number): number =>
  Number(readFileSync(claimFile(server, run), 'utf8').split(' ')[0])

async function waitForEnds(server: TestServer, runs: readonly number[]): Promise<RunDetailView[]> {
  await waitUntil(async () => (await Promise.all(runs.map((run) => hasRunEnded(server, run)))).every(Boolean), 90_000)
  return await Promise.all(runs.map(async (run) => (await server.call<RunDetailView>('GET', `/runs/${run}`)).body))
}

describeOnBothServers('processes that are killed', (openPlace) => {
  it(
    `A run whose supervisor alone is killed is lost, and its command is ended: ${TREES} runs`,
    { timeout: 240_000 },
    async () => {
      await using place = await openPlace()
      using work = createLedgerFolder()
      const random = createRandom()
      const { runs } = await startSleepers(place.server, work, { count: TREES })

      for (const run of runs) {
        process.kill(supervisorOf(place.server, run), 'SIGKILL')
        await sleep(random.next() * 40)
      }

      for (const run of await waitForEnds(place.server, runs))
        expect(run).toMatchObject({ phase: 'failed', reason: 'Lost' })
      expect(filterRunningPids([...work.readPids().values()].flat())).toEqual([])
    },
  )

  it(`A run whose server and supervisor are killed is lost: ${TREES} runs`, { timeout: 240_000 }, async () => {
    await using place = await openPlace()
    using work = createLedgerFolder()
    const random = createRandom()
    const { runs } = await startSleepers(place.server, work, { count: TREES })

    const [before, after] = [runs.filter(() => random.next() < 0.5), new Set(runs)]
    for (const run of before) {
      process.kill(supervisorOf(place.server, run), 'SIGKILL')
      after.delete(run)
    }

    await place.server.kill()
    for (const run of after) process.kill(supervisorOf(place.server, run), 'SIGKILL')
    await place.server.start()

    for (const run of await waitForEnds(place.server, runs))
      expect(run).toMatchObject({ phase: 'failed', reason: 'Lost' })
    expect(filterRunningPids([...work.readPids().values()].flat())).toEqual([])
  })

  it(
    'A run with an empty exit record, as a power cut may leave it, is lost and not succeeded: 10 runs',
    { timeout: 240_000 },
    async () => {
      await using place = await openPlace()
      using work = createLedgerFolder()
      const { runs } = await startSleepers(place.server, work, { count: 10 })

      await place.server.kill()
      for (const run of runs) {
        process.kill(supervisorOf(place.server, run), 'SIGKILL')
        writeFileSync(join(claimFile(place.server, run), '../exit'), '')
      }

      await place.server.start()
      for (const run of await waitForEnds(place.server, runs))
        expect(run).toMatchObject({ phase: 'failed', reason: 'Lost' })
    },
  )

  it(
    'A stop acknowledged before the server dies is completed by the next server: 5 rounds of 6 runs',
    { timeout: 240_000 },
    async () => {
      await using place = await openPlace()
      const { server } = place
      const random = createRandom()

      for (let round = 0; round < 5; round += 1) {
        using work = createLedgerFolder()
        const { runs } = await startSleepers(server, work, { count: 6 })

        const stopped: number[] = []
        const asking = runs.map(async (run) => {
          await sleep(random.next() * 30)
          const answer = await server.call('POST', `/runs/${run}/stop`).catch(() => undefined)
          if (answer?.status === 200) stopped.push(run)
        })

        await sleep(random.next() * 40)
        await server.kill()
        await Promise.all(asking)
        await server.start()

        for (const run of await waitForEnds(server, stopped))
          expect(run).toMatchObject({ phase: 'stopped', reason: 'StoppedByUser' })

        const others = runs.filter((run) => !stopped.includes(run))
        await Promise.all(others.map((run) => server.call('POST', `/runs/${run}/stop`)))
        await waitForEnds(server, others)
        expect(filterRunningPids([...work.readPids().values()].flat())).toEqual([])
      }
    },
  )
})

describeOnBothServers('trees of processes that do not want to end', (openPlace) => {
  it(
    `A stop ends all processes of 20 trees that ignore SIGTERM, fork twice and leave their session`,
    { timeout: 240_000 },
    async () => {
      await using place = await openPlace()
      using work = createLedgerFolder()
      const { sweep } = await startSleepers(place.server, work, {
        count: 20,
        text: STUBBORN,
        pidsEach: 3,
        more: 'environment: {stop_grace: 1}\n',
      })

      expect((await place.server.call('POST', `/sweeps/${sweep}/stop`)).status).toBe(200)
      expect((await waitForSweepEnd(place.server, sweep)).phase).toBe('stopped')
      expect(filterRunningPids([...work.readPids().values()].flat())).toEqual([])
    },
  )
})

describe('a supervisor that cannot write its exit record', () => {
  it('A supervisor that cannot write its exit record retries until it can', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hagane-attempt-'))
    const record = join(folder, 'exit.tmp')
    symlinkSync('/dev/full', record)

    const supervisor = spawn('/bin/sh', [SUPERVISOR, folder, 'sh', '-c', 'exit 7'], { stdio: 'ignore' })
    const ended = new Promise((resolve) => supervisor.once('exit', resolve))
    await sleep(1500)
    expect([supervisor.exitCode, existsSync(join(folder, 'exit'))]).toEqual([null, false])

    rmSync(record)
    await ended
    expect(readFileSync(join(folder, 'exit'), 'utf8')).toMatch(/^7\b/)
    rmSync(folder, { recursive: true })
  })
})

/** Starts a process that is unrelated to Hagane: the leader of a session of its own, with one child. */
function startUnrelatedProcess(): { leader: ChildProcess; child: Promise<number> } {
  const leader = spawn('/bin/sh', ['-c', 'sleep 300 & echo $!; wait'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return {
    leader,
    child: new Promise((resolve) => leader.stdout.once('data', (data: Buffer) => resolve(Number(data.toString())))),
  }
}

describeOnBothServers('a pid that belongs to someone else by now', (openPlace) => {
  /**
   * Kills the server and the processes of the runs, then writes the pid of an unrelated process into each run's claim.
   * Returns the unrelated processes, and their pids with those of their children.
   */
  async function reassignPids(
    server: TestServer,
    runs: readonly number[],
    work: LedgerFolder,
    identityOf: (unrelatedPid: number, old: string[]) => string,
  ) {
    await server.kill()
    for (const run of runs) process.kill(supervisorOf(server, run), 'SIGKILL')
    for (const pid of [...work.readPids().values()].flat()) process.kill(pid, 'SIGKILL')

    const unrelated = runs.map(startUnrelatedProcess)
    const children = await Promise.all(unrelated.map((unrelatedPid) => unrelatedPid.child))

    runs.forEach((run, index) => {
      const file = claimFile(server, run)
      writeFileSync(
        file,
        `${identityOf(unrelated[index]!.leader.pid!, readFileSync(file, 'utf8').trim().split(' '))}\n`,
      )
    })

    return { innocents: unrelated, pids: [...unrelated.map((unrelatedPid) => unrelatedPid.leader.pid!), ...children] }
  }

  it(
    `A run whose recorded pid belongs to another process ends, stopped or not, and neither that process nor its child gets a signal: ${TREES} runs`,
    { timeout: 240_000 },
    async () => {
      await using place = await openPlace()
      using work = createLedgerFolder()
      const { runs } = await startSleepers(place.server, work, { count: TREES, text: IGNORES_SIGTERM })

      const stoppedRuns = runs.filter((run) => run % 2 === 0)
      await Promise.all(stoppedRuns.map((run) => place.server.call('POST', `/runs/${run}/stop`)))

      const { innocents: unrelated, pids } = await reassignPids(
        place.server,
        runs,
        work,
        (unrelatedPid, [, started, boot]) => `${unrelatedPid} ${started} ${boot}`,
      )

      try {
        await place.server.start()
        for (const run of await waitForEnds(place.server, runs)) expect(['failed', 'stopped']).toContain(run.phase)
        await sleep(1500)
        expect(filterRunningPids(pids)).toEqual(pids)
      } finally {
        for (const { leader } of unrelated) process.kill(-leader.pid!, 'SIGKILL')
      }
    },
  )

  it(
    `An attempt from before a restart of the machine is lost and tried again once, and the process with its pid gets no signal: ${TREES} runs`,
    { timeout: 240_000 },
    async () => {
      await using place = await openPlace()
      using work = createLedgerFolder()
      const { runs } = await startSleepers(place.server, work, {
        count: TREES,
        more: 'environment: {max_restarts: 1}\n',
      })

      expect(bootId()).not.toBe('')
      // The pid and the start time are equal. Only the boot id differs.
      const { innocents: unrelated, pids } = await reassignPids(
        place.server,
        runs,
        work,
        (unrelatedPid) => `${unrelatedPid} ${findProcess(unrelatedPid)!.startedAt} another-boot`,
      )

      writeFileSync(join(work.folder, 'sleeper.py'), 'import ledger\n')
      try {
        await place.server.start()
        for (const run of await waitForEnds(place.server, runs)) {
          expect(run).toMatchObject({
            phase: 'succeeded',
            attempts: [
              { n: 1, reason: 'Lost' },
              { n: 2, reason: 'Completed' },
            ],
          })
          expect(work.readPids().get(run.number)).toHaveLength(2)
        }
        expect(filterRunningPids(pids)).toEqual(pids)
      } finally {
        for (const { leader } of unrelated) process.kill(-leader.pid!, 'SIGKILL')
      }
    },
  )
})
