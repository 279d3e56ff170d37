import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { RunDetailView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { isAlive, bootId, findProcess } from '../../src/executors/local/process-table.ts'
import { createRandom, startTestServer, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

let server: TestServer
const folder = mkdtempSync(join(tmpdir(), 'hagane-work-'))

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

async function submitRun(cmd: string, extra = ''): Promise<number> {
  return (
    await server.submit(`version: 1\nkind: experiment\n${extra}run:\n  cmd:\n    - ${JSON.stringify(cmd)}\n`, folder)
  ).number
}

async function loadRun(number: number): Promise<RunDetailView> {
  return (await server.call<RunDetailView>('GET', `/runs/${number}`)).body
}

async function waitForEnd(number: number, timeoutMs = 60_000): Promise<RunDetailView> {
  await waitUntil(async () => ['succeeded', 'failed', 'stopped'].includes((await loadRun(number)).phase), timeoutMs)
  return await loadRun(number)
}

async function waitUntilRunning(number: number): Promise<void> {
  await waitUntil(async () => (await loadRun(number)).phase === 'running')
}

function pidsIn(name: string): number[] {
  return readFileSync(join(folder, name), 'utf8').trim().split('\n').map(Number)
}

const alivePids = (pids: readonly number[]): number[] => pids.filter((pid) => findProcess(pid)?.isZombie === false)

function writeScript(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return `python ${name}`
}

describe('processes of runs', () => {
  it(
    'A stop ends a process tree that ignores SIGTERM, leaves its session and forks twice',
    { timeout: 90_000 },
    async () => {
      const stubborn = writeScript(
        'stubborn.py',
        `
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def note(): open("stubborn.pids", "a").write("%d\\n" % os.getpid())
note()
for detach in (False, True):
    if os.fork() == 0:
        if detach:
            os.setsid()
            if os.fork(): os._exit(0)
        note()
        time.sleep(600)
time.sleep(600)
`,
      )

      const number = await submitRun(stubborn, 'environment: {stop_grace: 1}\n')
      await waitUntil(async () => existsSync(join(folder, 'stubborn.pids')) && pidsIn('stubborn.pids').length === 3)
      await server.call('POST', `/runs/${number}/stop`)

      expect(await waitForEnd(number)).toMatchObject({ phase: 'stopped', reason: 'StoppedByUser' })
      expect(alivePids(pidsIn('stubborn.pids'))).toEqual([])
    },
  )

  it('Processes that a finished command leaves running are ended', { timeout: 60_000 }, async () => {
    const number = await submitRun(
      `(sleep 600 & echo $! > left.pids); setsid sleep 600 & echo $! >> left.pids; sleep 0.3`,
    )
    expect((await waitForEnd(number)).phase).toBe('succeeded')
    await waitUntil(async () => alivePids(pidsIn('left.pids')).length === 0)
  })

  it(
    'Daemons that cleared their variables and left their session are ended after an end, after a stop, and without a supervisor',
    { timeout: 60_000 },
    async () => {
      const daemon = (name: string): string =>
        `(env -i setsid sh -c 'sleep 600 & echo $! > ${name}.pids; wait' &); while [ ! -s ${name}.pids ]; do sleep 0.1; done`

      const finished = await submitRun(daemon('finished'))
      const [stopped, orphan] = [
        await submitRun(`${daemon('stopped')}; sleep 600`),
        await submitRun(`${daemon('forsaken')}; sleep 600`),
      ]

      await waitUntil(async () =>
        ['stopped', 'forsaken'].every(
          (name) => existsSync(join(folder, `${name}.pids`)) && pidsIn(`${name}.pids`).length === 1,
        ),
      )

      expect((await waitForEnd(finished)).phase).toBe('succeeded')

      await server.call('POST', `/runs/${stopped}/stop`)
      expect((await waitForEnd(stopped)).phase).toBe('stopped')

      process.kill(
        Number(readFileSync(join(server.dataDir, 'attempts', `hagane-${orphan}-1`, 'claim'), 'utf8').split(' ')[0]),
        'SIGKILL',
      )
      expect(await waitForEnd(orphan)).toMatchObject({ phase: 'failed', reason: 'Lost' })

      await waitUntil(async () =>
        ['finished', 'stopped', 'forsaken'].every((name) => alivePids(pidsIn(`${name}.pids`)).length === 0),
      )
    },
  )

  it('A program that handles SIGTERM finishes by itself after a stop', { timeout: 60_000 }, async () => {
    const polite = writeScript(
      'polite.py',
      'import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: (print("goodbye"), sys.exit(0)))\nopen("polite.up", "w")\ntime.sleep(600)\n',
    )

    const number = await submitRun(polite)
    await waitUntil(async () => existsSync(join(folder, 'polite.up')))

    await server.call('POST', `/runs/${number}/stop`)

    expect(await waitForEnd(number)).toMatchObject({ phase: 'stopped', attempts: [{ exitCode: 0 }] })
    expect((await server.call<string>('GET', `/runs/${number}/logs`)).body).toContain('goodbye')
  })

  it('A run whose supervisor alone was killed is lost, and its command is ended', { timeout: 60_000 }, async () => {
    const number = await submitRun('echo $$ > orphan.pids; exec sleep 600')
    await waitUntil(async () => existsSync(join(folder, 'orphan.pids')))

    const [supervisor] = readFileSync(join(server.dataDir, 'attempts', `hagane-${number}-1`, 'claim'), 'utf8').split(
      ' ',
    )
    process.kill(Number(supervisor), 'SIGKILL')

    expect(await waitForEnd(number)).toMatchObject({ phase: 'failed', reason: 'Lost' })
    expect(alivePids(pidsIn('orphan.pids'))).toEqual([])
  })

  it('A run whose server and supervisor were killed is lost, and its command ended', { timeout: 60_000 }, async () => {
    const number = await submitRun('echo $$ > both.pids; exec sleep 600')
    await waitUntil(async () => existsSync(join(folder, 'both.pids')))
    await waitUntilRunning(number)
    const [supervisor] = readFileSync(join(server.dataDir, 'attempts', `hagane-${number}-1`, 'claim'), 'utf8').split(
      ' ',
    )

    await server.kill()
    process.kill(Number(supervisor), 'SIGKILL')
    await server.start()

    expect(await waitForEnd(number)).toMatchObject({ phase: 'failed', reason: 'Lost' })
    expect(alivePids(pidsIn('both.pids'))).toEqual([])
  })

  it('A restarted server adopts a running run and records the end of another', { timeout: 60_000 }, async () => {
    const [long, short] = [await submitRun('sleep 3; echo late'), await submitRun('sleep 0.5; exit 3')]
    await Promise.all([waitUntilRunning(long), waitUntilRunning(short)])

    await server.kill()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await server.start()

    expect(await waitForEnd(short)).toMatchObject({
      phase: 'failed',
      reason: 'ExitNonZero',
      attempts: [{ exitCode: 3 }],
    })
    expect(await waitForEnd(long)).toMatchObject({ phase: 'succeeded' })
  })

  it('A stop that was acknowledged before a kill is completed by the next server', { timeout: 60_000 }, async () => {
    const number = await submitRun('echo $$ > stop.pids; exec sleep 600')
    await waitUntil(async () => existsSync(join(folder, 'stop.pids')))

    expect((await server.call('POST', `/runs/${number}/stop`)).status).toBe(200)
    await server.kill()
    await server.start()

    expect((await waitForEnd(number)).phase).toBe('stopped')
    expect(alivePids(pidsIn('stop.pids'))).toEqual([])
  })

  it(
    'A stop at any moment of a start ends the command long before its grace period is over, 60 times',
    { timeout: 300_000 },
    async () => {
      const random = createRandom()
      for (let stop = 0; stop < 60; stop += 1) {
        const number = await submitRun('sleep 600', 'environment: {stop_grace: 120}\n')
        await new Promise((resolve) => setTimeout(resolve, random.next() * 12))
        expect((await server.call('POST', `/runs/${number}/stop`)).status).toBe(200)
        expect((await waitForEnd(number, 30_000)).phase).toBe('stopped')
      }
    },
  )

  it(
    'A run whose exit record cannot be read for a while is stopped once it can be read',
    { timeout: 60_000 },
    async () => {
      const number = await submitRun(
        writeScript(
          'deaf.py',
          'import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nopen("deaf.up", "w")\nwhile not os.path.exists("deaf.go"): time.sleep(0.05)\n',
        ),
      )
      await waitUntil(async () => existsSync(join(folder, 'deaf.up')))
      expect((await server.call('POST', `/runs/${number}/stop`)).status).toBe(200)
      await waitUntil(async () => (await loadRun(number)).phase === 'stopping')

      const inTheWay = join(server.dataDir, 'attempts', `hagane-${number}-1`, 'exit')
      mkdirSync(inTheWay)
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      expect((await loadRun(number)).phase).toBe('stopping')

      rmdirSync(inTheWay)
      writeFileSync(join(folder, 'deaf.go'), '')
      expect((await waitForEnd(number)).phase).toBe('stopped')
    },
  )

  it('No trial starts after the stop of its sweep is acknowledged', { timeout: 60_000 }, async () => {
    const { number } = await server.submit(
      'version: 1\nkind: group\nhptuning: {concurrency: 5, matrix: {a: {range: [0, 200, 1]}}}\nrun: {cmd: "echo {{ a }} >> started.txt; sleep 0.2"}\n',
      folder,
    )
    await waitUntil(async () => existsSync(join(folder, 'started.txt')))

    await server.call('POST', `/sweeps/${number}/stop`)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const before = readFileSync(join(folder, 'started.txt'), 'utf8')

    await waitUntil(async () => (await server.call<SweepView>('GET', `/sweeps/${number}`)).body.phase === 'stopped')
    expect(readFileSync(join(folder, 'started.txt'), 'utf8')).toBe(before)
  })

  it('A pid alone does not identify a process', () => {
    const entry = findProcess(process.pid)!
    expect(isAlive({ pid: process.pid, startedAt: entry.startedAt, boot: bootId() }, bootId())).toBe(true)
    expect(isAlive({ pid: process.pid, startedAt: '1', boot: bootId() }, bootId())).toBe(false)
    expect(isAlive({ pid: process.pid, startedAt: entry.startedAt, boot: 'another' }, bootId())).toBe(false)
  })

  it('A log is kept byte for byte, for binary output and for 200 MB on one line', { timeout: 180_000 }, async () => {
    const binary = await submitRun(
      writeScript('binary.py', 'import sys\nsys.stdout.buffer.write(bytes(range(256)) * 100)\n'),
    )
    await waitForEnd(binary)

    const response = await fetch(`${server.url}/api/v1/runs/${binary}/logs`, {
      headers: { authorization: `Bearer ${server.readToken()}` },
    })
    expect(
      Buffer.from(await response.arrayBuffer()).equals(
        Buffer.concat(Array(100).fill(Buffer.from(Array.from({ length: 256 }, (_, index) => index)))),
      ),
    ).toBe(true)

    const long = await submitRun(
      writeScript(
        'long.py',
        'import sys\nfor _ in range(200): sys.stdout.write("x" * 1000000)\nsys.stdout.write("end")\n',
      ),
    )
    await waitForEnd(long, 120_000)

    const hash = createHash('sha256')
    let cursor = 0
    for (;;) {
      const page = await fetch(`${server.url}/api/v1/runs/${long}/logs?cursor=${cursor}`, {
        headers: { authorization: `Bearer ${server.readToken()}` },
      })
      const bytes = Buffer.from(await page.arrayBuffer())
      if (bytes.length === 0) break
      hash.update(bytes)
      cursor = Number(page.headers.get('x-hagane-cursor'))
    }

    expect(cursor).toBe(200_000_003)
    expect(hash.digest('hex')).toBe(createHash('sha256').update('x'.repeat(200_000_000)).update('end').digest('hex'))

    const memoryMib = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))![1]) / 1024
    expect(memoryMib).toBeLessThan(400)
  })

  it('A run is ended at its timeout, and a failing run is restarted', { timeout: 60_000 }, async () => {
    const slow = await submitRun('sleep 600', 'environment: {timeout: 1, stop_grace: 1}\n')
    expect(await waitForEnd(slow)).toMatchObject({ phase: 'failed', reason: 'Timeout' })

    const flaky = await submitRun(
      'echo try >> tries.txt; [ $(wc -l < tries.txt) -ge 3 ]',
      'environment: {max_restarts: 3}\n',
    )
    expect(await waitForEnd(flaky)).toMatchObject({
      phase: 'succeeded',
      attempts: [{ n: 1 }, { n: 2 }, { n: 3, exitCode: 0 }],
    })
  })
})

// The limit of processes (RLIMIT_NPROC) does not apply to root, so the supervisor runs as another user.
const OTHER_USER = '60999'
const whyNotOtherUser =
  process.platform !== 'linux' || process.getuid?.() !== 0 ? 'only root can start a program as another user' : ''

describe('the limit of processes of a user', () => {
  it.skipIf(whyNotOtherUser)(
    `A supervisor at the limit of processes waits, then runs its command and records the end${whyNotOtherUser && ` (${whyNotOtherUser})`}`,
    () => {
      const dir = mkdtempSync(join(tmpdir(), 'hagane-nproc-'))
      const supervisor = join(dir, 'supervise.sh')
      copyFileSync(join(import.meta.dirname, '../../src/executors/local/supervise.sh'), supervisor)
      for (const path of [dir, supervisor]) chmodSync(path, 0o755)
      mkdirSync(join(dir, 'attempt'))
      chownSync(join(dir, 'attempt'), Number(OTHER_USER), 65_534)

      // The limit allows this shell, the sleep and the supervisor. The command can start when the sleep ends.
      const script = `sleep 2 & /bin/sh ${supervisor} ${dir}/attempt /bin/sh -c 'echo ran; exit 7' > ${dir}/attempt/log 2>&1 & wait`
      const limits = [`--reuid=${OTHER_USER}`, '--regid=65534', '--clear-groups', 'prlimit', '--nproc=3:3']

      expect(spawnSync('setpriv', [...limits, '/bin/sh', '-c', script], { encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      })

      expect(readFileSync(join(dir, 'attempt', 'log'), 'utf8')).toBe('ran\n')
      expect(readFileSync(join(dir, 'attempt', 'exit'), 'utf8')).toMatch(/^7 /)

      rmSync(dir, { recursive: true })
    },
  )

  it.skipIf(process.platform !== 'linux')(
    'A server that is ready has already started its libuv worker threads',
    async () => {
      await using server = await startTestServer()
      const pid = JSON.parse(readFileSync(join(server.dataDir, 'server.json'), 'utf8')).pid as number
      const names = readdirSync(`/proc/${pid}/task`).map((task) =>
        readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim(),
      )
      expect(names.filter((name) => name === 'libuv-worker').length).toBeGreaterThanOrEqual(4)
    },
  )
})

describe('the resource usage of a run', () => {
  it('The resource usage of a run is recorded every ten seconds', { timeout: 60_000 }, async () => {
    const number = await submitRun(
      writeScript(
        'busy.py',
        'import time\nblock = bytearray(50_000_000)\nend = time.time() + 23\nwhile time.time() < end: pass\n',
      ),
    )

    const { metrics } = await waitForEnd(number)
    expect(metrics['system.cpu_percent']!.last).toBeGreaterThan(20)
    expect(metrics['system.memory_mib']!.max).toBeGreaterThan(40)
    expect(metrics['system.memory_mib']!.count).toBeGreaterThanOrEqual(2)
    expect(Object.keys(metrics)).toContain('system.disk_write_mib')
  })
})

describe('a second server', () => {
  it('A second server on the same data directory ends with status 3 and a sentence that names the first', () => {
    const second = spawnSync(
      process.execPath,
      [join(import.meta.dirname, '../../src/cli/main.ts'), 'up', '--data', server.dataDir],
      { encoding: 'utf8' },
    )

    expect(second.status).toBe(3)
    expect(second.stderr).toContain(String(server.pid))
    expect(second.stderr).not.toMatch(/\n\s+at /)
  })
})
