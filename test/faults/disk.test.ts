import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { RunPageView } from '../../src/contract/routes/runs.ts'
import type { RunDetailView, RunView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { createRandom, startTestServer, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'
import {
  createLedgerFolder,
  hasRunEnded,
  sleep,
  readPoints,
  waitForSweepEnd,
  toSweepDocument,
  runSync,
  trackingScript,
  tryCall,
} from '../support/both-servers.ts'

const SUPERVISOR = join(import.meta.dirname, '../../src/executors/local/supervise.sh')
const MIB = 2 ** 20

/** Mounts a small tmpfs as a disk of its own. Returns undefined where this user may not mount one. */
function mountDisk(
  sizeMib: number,
): (Disposable & { folder: string; fill(leaveBytes?: number): void; free(): void }) | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'hagane-disk-'))
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'none', folder]).status !== 0) {
    rmSync(folder, { recursive: true })
    return undefined
  }

  const filler = join(folder, 'filler')
  return {
    folder,
    /** Fills the disk until at most `leaveBytes` are free. */
    fill: (leaveBytes = 0) => {
      const { bavail, bsize } = statfsSync(folder)
      for (let left = bavail * bsize - leaveBytes; left > 0; left -= MIB) {
        try {
          appendFileSync(filler, Buffer.alloc(Math.min(MIB, left)))
        } catch {
          return
        }
      }
    },
    free: () => rmSync(filler, { force: true }),
    [Symbol.dispose]: () => {
      spawnSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function canMount(): boolean {
  using disk = mountDisk(1)
  return disk !== undefined
}

it('A server continues when its log file accepts no more lines', { timeout: 60_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hagane-server-'))
  symlinkSync('/dev/full', join(dataDir, 'server.log'))
  await using server = await startTestServer({ dataDir })

  const { number } = await server.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}')
  await waitUntil(async () => await hasRunEnded(server, number))

  await server.kill()
  rmSync(dataDir, { recursive: true })
})

const whyNoDisk = canMount() ? '' : ' (this user may not mount a small disk)'
const canTrace = spawnSync('strace', ['-f', 'true']).status === 0

describe.skipIf(whyNoDisk !== '')(`a server whose disk gets full${whyNoDisk}`, () => {
  it('An upload that does not fit on the disk gets status 507 and leaves no bytes', { timeout: 60_000 }, async () => {
    using disk = mountDisk(200)!
    await using server = await startTestServer({ dataDir: join(disk.folder, 'data') })

    const free = (): number => statfsSync(disk.folder).bavail * statfsSync(disk.folder).bsize
    const upload = async (): Promise<number> => {
      const content = randomBytes(60 * MIB)
      const head = `${createHash('sha256').update(content).digest('hex')} ${content.length}\n`
      const headers = { authorization: `Bearer ${server.readToken()}`, 'content-type': 'application/octet-stream' }
      return (
        await fetch(`${server.url}/api/v1/blobs`, {
          method: 'POST',
          headers,
          body: Buffer.concat([Buffer.from(head), content]),
        })
      ).status
    }

    const statuses: number[] = []
    for (let count = 0; count < 5; count += 1) statuses.push(await upload())
    expect(statuses[0]).toBe(200)
    expect(statuses.slice(-2)).toEqual([507, 507])

    const left = free()
    expect(await upload()).toBe(507)
    expect(free()).toBeGreaterThan(left - MIB)

    const blobs = readdirSync(join(server.dataDir, 'blobs'), { recursive: true, encoding: 'utf8' })
    expect(blobs.filter((name) => name.endsWith('.half'))).toEqual([])
  })

  const FILLS = 8
  for (const sizeMib of [16, 64]) {
    it(
      `A server keeps every acknowledged point over ${FILLS} fills of a disk of ${sizeMib} MiB, with a kill in every third`,
      { timeout: 300_000 },
      async () => {
        using disk = mountDisk(sizeMib)!
        await using server = await startTestServer({ dataDir: join(disk.folder, 'data') })
        const random = createRandom()
        const statuses = new Map<string, number>()
        const run = randomUUID()
        await server.call('POST', '/runs', { id: run, kind: 'job' })

        const writer = randomUUID()
        let acknowledged = 0
        const stopping = new AbortController()

        const load = (async () => {
          while (!stopping.signal.aborted) {
            const records = Array.from({ length: 50 }, (_, index) => ({
              k: 'm',
              s: acknowledged + index,
              t: 1,
              v: { value: acknowledged + index },
            }))

            const answer = await tryCall<{ error?: { code: string } }>(server, 'POST', `/runs/${run}/batches`, {
              writer,
              attempt: 1,
              first: acknowledged + 1,
              records,
            })

            const name = answer ? `${answer.status} ${answer.body.error?.code ?? ''}`.trim() : 'no answer'
            statuses.set(name, (statuses.get(name) ?? 0) + 1)
            if (answer?.status === 200) acknowledged += records.length
            else await sleep(20)
          }
        })()

        for (let fill = 0; fill < FILLS; fill += 1) {
          await sleep(random.next() * 300)

          const isKilled = fill % 3 === 2
          disk.fill(random.next() < 0.5 ? 0 : random.next() * MIB)
          const refusals = statuses.get('507 storage_full') ?? 0
          disk.fill()
          await waitUntil(async () => {
            disk.fill()
            return (statuses.get('507 storage_full') ?? 0) > refusals + 2
          })

          if (isKilled) {
            await server.kill()
            disk.free()
            await server.start()
          } else disk.free()

          const before = acknowledged
          await waitUntil(async () => acknowledged > before).catch((error: unknown) => {
            console.log(JSON.stringify([...statuses]), server.readErrors())
            throw error
          })
        }

        stopping.abort()
        await load
        console.log(`${acknowledged} points, answers: ${JSON.stringify([...statuses])}`)

        const points = await readPoints(server, run, 'value')
        expect(points.slice(0, acknowledged)).toEqual(Array.from({ length: acknowledged }, (_, step) => [step, step]))
        expect([...statuses.keys()].filter((name) => name !== '200' && name !== 'no answer')).toEqual([
          '507 storage_full',
        ])
      },
    )
  }

  it('A supervisor starts its command once the disk has room for its claim', { timeout: 60_000 }, async () => {
    using disk = mountDisk(1)!
    const attempt = join(disk.folder, 'attempt')
    mkdirSync(attempt)
    disk.fill()

    const supervisor = spawn('/bin/sh', [SUPERVISOR, attempt, '/bin/sh', '-c', 'exit 7'], { stdio: 'ignore' })
    await sleep(1_500)
    expect([supervisor.exitCode, existsSync(join(attempt, 'exit'))]).toEqual([null, false])

    disk.free()
    await waitUntil(async () => existsSync(join(attempt, 'exit')))
    expect(readFileSync(join(attempt, 'exit'), 'utf8').trim()).toMatch(/^7/)
    expect(readFileSync(join(attempt, 'claim'), 'utf8')).toMatch(new RegExp(`^${supervisor.pid} `))
  })

  it('20 runs that end on a full disk keep their exit codes', { timeout: 240_000 }, async () => {
    using disk = mountDisk(64)!
    spawnSync('/bin/sh', [SUPERVISOR, disk.folder, '/bin/sh', '-c', 'exit 0'])

    // A shell whose list of jobs shows that no signal ended the command writes "0 exited". Another shell writes "0".
    const exitRecordOfZero = readFileSync(join(disk.folder, 'exit'), 'utf8')
    const exitRecordOf = (code: number): string => exitRecordOfZero.replace('0', String(code))

    using work = createLedgerFolder()
    await using server = await startTestServer({ dataDir: join(disk.folder, 'data') })
    createRandom()

    writeFileSync(
      join(work.folder, 'ends.py'),
      'import ledger, os, sys, time\nwhile not os.path.exists("go"): time.sleep(0.05)\nsys.exit(int(sys.argv[1]) % 5)\n',
    )

    const { number } = await server.submit(toSweepDocument(20, 20, 'python ends.py {{ a }}'), work.folder)
    await waitUntil(async () => (await server.call<SweepView>('GET', `/sweeps/${number}`)).body.counts.running === 20)

    disk.fill()
    await waitUntil(async () => !existsSync(join(server.dataDir, 'reserve')))
    disk.fill()
    writeFileSync(join(work.folder, 'go'), '')

    const runs = (await server.call<RunPageView>('GET', `/runs?sweep=${number}`)).body.runs
    const exitFile = (run: number): string => join(server.dataDir, 'attempts', `hagane-${run}-1`, 'exit')
    await waitUntil(async () =>
      runs.every(
        (run) =>
          existsSync(exitFile(run.number)) &&
          readFileSync(exitFile(run.number), 'utf8') === exitRecordOf(Number(run.params['a']) % 5),
      ),
    )

    disk.free()
    expect((await waitForSweepEnd(server, number)).phase).toBe('done')

    for (const { number: run, params } of runs) {
      const view = (await server.call<RunDetailView>('GET', `/runs/${run}`)).body
      const code = Number(params['a']) % 5
      expect(view).toMatchObject({ phase: code === 0 ? 'succeeded' : 'failed', attempts: [{ exitCode: code }] })
    }
  })

  it('The reserve is used to record the ends of runs while the disk stays full', { timeout: 240_000 }, async () => {
    using disk = mountDisk(64)!
    using work = createLedgerFolder()
    await using server = await startTestServer({ dataDir: join(disk.folder, 'data') })
    createRandom()

    writeFileSync(
      join(work.folder, 'ends.py'),
      'import ledger, os, sys, time\nwhile not os.path.exists("go"): time.sleep(0.05)\nsys.exit(3)\n',
    )

    const { number } = await server.submit(toSweepDocument(20, 20, 'python ends.py {{ a }}'), work.folder)
    await waitUntil(async () => (await server.call<SweepView>('GET', `/sweeps/${number}`)).body.counts.running === 20)

    disk.fill()
    await waitUntil(async () => !existsSync(join(server.dataDir, 'reserve')))
    expect((await server.call('POST', '/runs', { id: randomUUID(), kind: 'job' })).status).toBe(507)

    writeFileSync(join(work.folder, 'go'), '')
    await waitUntil(
      async () => (await server.call<SweepView>('GET', `/sweeps/${number}`)).body.counts.failed === 20,
      60_000,
    )
  })

  it(
    'A server whose disk is low stores metrics but starts no run, says why, and starts the run once there is room',
    { timeout: 240_000 },
    async () => {
      using disk = mountDisk(64)!
      using work = createLedgerFolder()
      await using server = await startTestServer({ dataDir: join(disk.folder, 'data') })
      createRandom()

      writeFileSync(join(work.folder, 'trial.py'), trackingScript(60, 0.1))
      const { number: first } = await server.submit(toSweepDocument(1, 1, 'python trial.py {{ a }}'), work.folder)
      await waitUntil(async () => work.readPids().size === 1)

      disk.fill(2 * MIB)
      await sleep(6000)

      const { number } = await server.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}', work.folder)
      await waitUntil(
        async () => (await server.call<RunView>('GET', `/runs/${number}`)).body.waiting?.includes('disk') === true,
      )

      expect((await waitForSweepEnd(server, first)).phase).toBe('done')
      expect((await server.call<RunView>('GET', `/runs/${number}`)).body.phase).toBe('queued')
      const [trial] = (await server.call<RunPageView>('GET', `/runs?sweep=${first}`)).body.runs
      expect(await readPoints(server, trial!.number, 'value')).toHaveLength(60)

      disk.free()
      await waitUntil(async () => await hasRunEnded(server, number), 20_000)
    },
  )

  it('A full disk ends no script, and the points logged meanwhile are stored later', { timeout: 240_000 }, async () => {
    using disk = mountDisk(64)!
    using work = createLedgerFolder()
    await using server = await startTestServer({ dataDir: join(disk.folder, 'data') })
    createRandom()

    writeFileSync(join(work.folder, 'trial.py'), trackingScript(150, 0.05))
    const { number } = await server.submit(toSweepDocument(4, 4, 'python trial.py {{ a }}'), work.folder)
    await waitUntil(async () => work.readPids().size === 4)

    disk.fill()
    await sleep(2500)
    disk.free()

    expect((await waitForSweepEnd(server, number)).phase).toBe('done')
    runSync(server)
    for (const run of (await server.call<RunPageView>('GET', `/runs?sweep=${number}`)).body.runs) {
      expect(run.phase).toBe('succeeded')
      expect(await readPoints(server, run.number, 'value')).toEqual(
        Array.from({ length: 150 }, (_, step) => [step, step * 1.5 + Number(run.params['a'])]),
      )
    }
  })
})

describe.skipIf(!canTrace)(`a server whose disk fails${canTrace ? '' : ' (strace does not run here)'}`, () => {
  const FAILURES = 8
  it(
    `A server ends with status 1 after a failed sync, and the restarted server has every acknowledged point: ${FAILURES} times`,
    { timeout: 240_000 },
    async () => {
      await using server = await startTestServer()
      const random = createRandom()

      const run = randomUUID()
      await server.call('POST', '/runs', { id: run, kind: 'job' })
      const writer = randomUUID()
      let acknowledged = 0

      for (let failure = 0; failure < FAILURES; failure += 1) {
        const tracer = await failSync(server, 1 + Math.floor(random.next() * 20))

        let isFailing = false
        for (;;) {
          const records = [{ k: 'm', s: acknowledged, t: 1, v: { value: acknowledged } }]
          const answer = await tryCall(server, 'POST', `/runs/${run}/batches`, {
            writer,
            attempt: 1,
            first: acknowledged + 1,
            records,
          })
          if (!answer) break
          isFailing ||= answer.status !== 200
          expect([isFailing, answer.status]).not.toEqual([true, 200])
          if (answer.status === 200) acknowledged += 1
        }

        expect(await Promise.race([server.waitForEnd(), sleep(30_000)])).toBe(1)
        tracer.kill('SIGKILL')
        await server.start()

        // The unacknowledged point that was being written may have reached the disk.
        const points = await readPoints(server, run, 'value')
        expect(points.length - acknowledged).toBeGreaterThanOrEqual(0)
        expect(points.length - acknowledged).toBeLessThanOrEqual(1)
        acknowledged = points.length
      }

      expect(await readPoints(server, run, 'value')).toEqual(
        Array.from({ length: acknowledged }, (_, step) => [step, step]),
      )
      console.log(`${acknowledged} points over ${FAILURES} failed syncs`)
    },
  )

  /**
   * Makes only the n-th sync of the server from now on fail, because a real disk reports a failed write once: the next
   * sync seems to succeed. Returns the `strace` process, which must be killed.
   */
  async function failSync(server: TestServer, n: number) {
    const tracer = spawn(
      'strace',
      [
        '-f',
        '-e',
        'trace=fsync,fdatasync',
        '-e',
        `inject=fsync,fdatasync:error=EIO:when=${n}`,
        '-p',
        String(server.pid),
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )

    await new Promise<void>((resolve) =>
      tracer.stderr.on('data', (data: Buffer) => data.toString().includes('attached') && resolve()),
    )

    return tracer
  }
})
