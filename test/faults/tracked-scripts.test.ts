import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { RunPageView } from '../../src/contract/routes/runs.ts'
import type { RunDetailView, RunView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { findPython, createRandom, startTestServer, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'
import {
  createLedgerFolder,
  describeOnBothServers,
  hasRunEnded,
  sleep,
  readPoints,
  waitForSweepEnd,
  toSweepDocument,
  runSync,
} from '../support/both-servers.ts'

async function runsOf(server: TestServer, sweep: number): Promise<RunView[]> {
  return (await server.call<RunPageView>('GET', `/runs?sweep=${sweep}&limit=1000`)).body.runs
}

async function submitAndWait(server: TestServer, command: string, folder: string): Promise<RunDetailView> {
  const { number } = await server.submit(
    `version: 1\nkind: experiment\nrun: {cmd: ${JSON.stringify(command)}}\n`,
    folder,
  )

  await waitUntil(async () => await hasRunEnded(server, number), 120_000)
  return (await server.call<RunDetailView>('GET', `/runs/${number}`)).body
}

const pointsUpTo = (count: number): [number, number][] => Array.from({ length: count }, (_, step) => [step, step])

const CLIENT_KILLS = 25

// Logs without end. Every 20 steps it writes the number of acknowledged records to `acked-<run>`.
const ENDLESS = `
import ledger, os, sys, time
from hagane import Experiment
experiment = Experiment()
step = 0
acked = open(os.path.join("acked-" + os.environ["HAGANE_RUN"]), "w")
while True:
    experiment.log_metrics(step=step, value=step)
    step += 1
    if step % 20 == 0:
        acked.seek(0)
        acked.write("%10d" % experiment.delivery["sent"])
        acked.flush()
    time.sleep(0.002)
`

describeOnBothServers('a script that is killed', (openPlace) => {
  it(
    `A killed script keeps every acknowledged point and a gapless prefix of the others, each once: ${CLIENT_KILLS} kills, half of them without a server, then torn spools`,
    { timeout: 240_000 },
    async () => {
      await using place = await openPlace()
      const { server } = place
      using work = createLedgerFolder()
      const random = createRandom()
      writeFileSync(join(work.folder, 'endless.py'), ENDLESS)

      const { number } = await server.submit(
        toSweepDocument(CLIENT_KILLS, CLIENT_KILLS, 'python endless.py {{ a }}'),
        work.folder,
      )
      await waitUntil(async () => work.readPids().size === CLIENT_KILLS, 60_000)
      await sleep(1500)

      const pids = [...work.readPids().values()].flat().sort(() => random.next() - 0.5)
      const half = pids.length / 2
      for (const [index, pid] of pids.entries()) {
        if (index === Math.floor(half)) {
          await server.kill()
          await sleep(1000)
        }
        process.kill(pid, 'SIGKILL')
        await sleep(random.next() * 100)
      }

      const torn = tearSpools(server, random)
      await server.start()
      expect((await waitForSweepEnd(server, number)).counts.failed).toBe(CLIENT_KILLS)
      runSync(server)

      let total = 0
      for (const run of await runsOf(server, number)) {
        expect(run.reason).toBe('Signalled')
        const points = await readPoints(server, run.number, 'value')
        expect(points).toEqual(pointsUpTo(points.length))
        expect(points.length).toBeGreaterThanOrEqual(
          Number(readFileSync(join(work.folder, `acked-${run.number}`), 'utf8')),
        )
        total += points.length
      }

      console.log(`${CLIENT_KILLS} kills, ${torn} torn spools, ${total} points`)
      expect(torn).toBeGreaterThan(0)
    },
  )

  /** Cuts up to 199 bytes off the newest segment of each spool. Returns the number of segments. */
  function tearSpools(server: TestServer, random: { next(): number }): number {
    const runs = join(server.dataDir, 'runs')
    const spools = readdirSync(runs).map((run) => join(runs, run, 'spool'))
    const newest = spools.flatMap((spool) => {
      const segments = existsSync(spool) ? readdirSync(spool).filter((name) => name.endsWith('.jsonl')) : []
      return segments.length > 0 ? [join(spool, segments.sort().at(-1)!)] : []
    })

    for (const file of newest) truncateSync(file, Math.max(0, statSync(file).size - Math.floor(random.next() * 200)))
    return newest.length
  }
})

const FORKS = `
import ledger, os, random, threading, time
from hagane import Experiment
experiment = Experiment()
random.seed(7)
done = threading.Event()
def log(name, count):
    for step in range(count):
        experiment.log_metrics({name: step}, step=step)
        if step % 50 == 0: time.sleep(0.001)
threads = [threading.Thread(target=log, args=("thread-%d" % n, 2000)) for n in range(4)]
for thread in threads: thread.start()
children = []
for n in range(40):
    time.sleep(random.random() * 0.02)
    pid = os.fork()
    if pid == 0:
        log("child-%d" % n, 200)
        raise SystemExit(0)
    children.append(pid)
for pid in children: assert os.waitpid(pid, 0)[1] == 0
for thread in threads: thread.join()
`
const THREADS = `
import ledger, threading
from hagane import Experiment
experiment = Experiment()
def log(n):
    for step in range(2000): experiment.log_metrics({"thread-%d" % n: step}, step=step)
threads = [threading.Thread(target=log, args=(n,)) for n in range(32)]
for thread in threads: thread.start()
for thread in threads: thread.join()
`
const RANKS = `
import multiprocessing
def work(rank):
    from hagane import Experiment
    experiment = Experiment()
    for step in range(3000): experiment.log_metrics({"loss": rank * 10000 + step}, step=step)
if __name__ == "__main__":
    import ledger
    context = multiprocessing.get_context("spawn")
    ranks = [context.Process(target=work, args=(rank,)) for rank in range(8)]
    for rank in ranks: rank.start()
    for rank in ranks: rank.join()
    assert [rank.exitcode for rank in ranks] == [0] * 8
`

describeOnBothServers('a script of many threads and processes', (openPlace) => {
  it(
    'Every point is stored once and in order from 40 forks beside four logging threads, from 32 threads, and from 8 processes of one run',
    { timeout: 240_000 },
    async () => {
      await using place = await openPlace()
      const { server } = place
      using work = createLedgerFolder()
      for (const [name, text] of Object.entries({ forks: FORKS, threads: THREADS, ranks: RANKS }))
        writeFileSync(join(work.folder, `${name}.py`), text)

      const forks = await submitAndWait(server, 'python forks.py', work.folder)
      const threads = await submitAndWait(server, 'python threads.py', work.folder)
      const ranks = await submitAndWait(server, 'python ranks.py', work.folder)
      expect([forks.phase, threads.phase, ranks.phase]).toEqual(['succeeded', 'succeeded', 'succeeded'])

      runSync(server)
      for (let n = 0; n < 4; n += 1)
        expect(await readPoints(server, forks.number, `thread-${n}`)).toEqual(pointsUpTo(2000))
      for (let n = 0; n < 40; n += 1)
        expect(await readPoints(server, forks.number, `child-${n}`)).toEqual(pointsUpTo(200))
      for (let n = 0; n < 32; n += 1)
        expect(await readPoints(server, threads.number, `thread-${n}`)).toEqual(pointsUpTo(2000))

      const losses = (await readPoints(server, ranks.number, 'loss')).map(([, value]) => Number(value))
      for (let rank = 0; rank < 8; rank += 1)
        expect(losses.filter((value) => Math.floor(value / 10_000) === rank)).toEqual(
          Array.from({ length: 3000 }, (_, step) => rank * 10_000 + step),
        )
    },
  )
})

/**
 * The last statement of a script, the end of its run, and whether Python runs its exit handlers, in which the client
 * sends the records that are left.
 */
const ENDINGS: readonly [string, { phase: string; reason: string; exitCode: number }, boolean][] = [
  ['pass', { phase: 'succeeded', reason: 'Completed', exitCode: 0 }, true],
  ['sys.exit()', { phase: 'succeeded', reason: 'Completed', exitCode: 0 }, true],
  ['sys.exit(3)', { phase: 'failed', reason: 'ExitNonZero', exitCode: 3 }, true],
  ['sys.exit("a text")', { phase: 'failed', reason: 'ExitNonZero', exitCode: 1 }, true],
  ['raise ValueError("no")', { phase: 'failed', reason: 'ExitNonZero', exitCode: 1 }, true],
  ['raise MemoryError()', { phase: 'failed', reason: 'ExitNonZero', exitCode: 1 }, true],
  ['raise KeyboardInterrupt()', { phase: 'failed', reason: 'Signalled', exitCode: 130 }, true],
  [
    'threading.Thread(target=time.sleep, args=(0.5,)).start()',
    { phase: 'succeeded', reason: 'Completed', exitCode: 0 },
    true,
  ],
  ['os._exit(4)', { phase: 'failed', reason: 'ExitNonZero', exitCode: 4 }, false],
  ['os.kill(os.getpid(), signal.SIGTERM)', { phase: 'failed', reason: 'Signalled', exitCode: 143 }, false],
  ['os.kill(os.getpid(), signal.SIGKILL)', { phase: 'failed', reason: 'Signalled', exitCode: 137 }, false],
  ['os.kill(os.getpid(), signal.SIGSEGV)', { phase: 'failed', reason: 'Signalled', exitCode: 139 }, false],
  ['os.abort()', { phase: 'failed', reason: 'Signalled', exitCode: 134 }, false],
]

describe('the ways in which a script can end', () => {
  it(
    `A run has the right end, the last output and every point of its script, for ${ENDINGS.length} ways to end, three times each`,
    { timeout: 240_000 },
    async () => {
      await using server = await startTestServer()
      using work = createLedgerFolder()

      const head = `import ledger, os, signal, sys, threading, time
from hagane import Experiment
experiment = Experiment()
for step in range(20): experiment.log_metrics(step=step, value=step)
while experiment.delivery["sent"] < 20: time.sleep(0.05)
`

      const runs = await Promise.all(
        ENDINGS.flatMap((ending, index) => {
          const [statement, , runsExitHandlers] = ending
          const more = runsExitHandlers
            ? 'for step in range(20, 40): experiment.log_metrics(step=step, value=step)\n'
            : ''
          writeFileSync(
            join(work.folder, `end${index}.py`),
            `${head}${more}print("last words", flush=True)\n${statement}\n`,
          )
          return [1, 2, 3].map(async () => ({
            ending,
            run: await submitAndWait(server, `python end${index}.py`, work.folder),
          }))
        }),
      )

      for (const { ending, run } of runs) {
        const [statement, { exitCode, ...end }, runsExitHandlers] = ending

        expect([statement, run]).toMatchObject([statement, { ...end, attempts: [{ exitCode }] }])
        expect([statement, (await server.call<string>('GET', `/runs/${run.number}/logs`)).body]).toEqual([
          statement,
          expect.stringContaining('last words'),
        ])
        expect([statement, await readPoints(server, run.number, 'value')]).toEqual([
          statement,
          pointsUpTo(runsExitHandlers ? 40 : 20),
        ])
      }
    },
  )
})

describe('a script that starts without a server', () => {
  it('12 scripts without a server run normally, and a sync creates each run once', { timeout: 240_000 }, async () => {
    await using server = await startTestServer()
    using work = createLedgerFolder()
    writeFileSync(
      join(work.folder, 'alone.py'),
      'import sys\nfrom hagane import Experiment\nexperiment = Experiment(name="alone")\nfor step in range(30): experiment.log_metrics(step=step, value=step)\nif sys.argv[1] == "1": raise ValueError("no")\n',
    )

    await server.kill()
    for (let index = 0; index < 12; index += 1) {
      const { HAGANE_HOST: _, ...env } = process.env
      const script = spawnSync(findPython(), ['alone.py', String(index % 2)], {
        cwd: work.folder,
        encoding: 'utf8',
        env: { ...env, HAGANE_DATA: server.dataDir, PYTHONPATH: join(import.meta.dirname, '../../clients/python') },
      })
      expect(script.status, script.stderr).toBe(index % 2)
    }

    await server.start()
    runSync(server)

    const runs = (await server.call<RunPageView>('GET', '/runs')).body.runs
    expect(runs.map((run) => run.phase).sort()).toEqual([...Array(6).fill('failed'), ...Array(6).fill('succeeded')])
    for (const run of runs) expect(await readPoints(server, run.number, 'value')).toEqual(pointsUpTo(30))

    runSync(server)
    expect((await server.call<RunPageView>('GET', '/runs')).body.runs).toHaveLength(12)
  })
})

describe('output that is not lines of text', () => {
  it(
    'Random bytes and 100 MB without a line end are stored byte for byte, with a short view of the failed run and less than 300 MiB of memory',
    { timeout: 240_000 },
    async () => {
      await using server = await startTestServer()
      using work = createLedgerFolder()
      writeFileSync(
        join(work.folder, 'bytes.py'),
        'import random, sys\nrandom.seed(5)\nsys.stdout.buffer.write(bytes(random.randrange(256) for _ in range(2000000)))\n',
      )
      writeFileSync(
        join(work.folder, 'line.py'),
        'import sys\nfor _ in range(100): sys.stdout.write("\\r" + "é" * 500000)\nsys.exit(3)\n',
      )

      const bytes = await submitAndWait(server, 'python bytes.py', work.folder)
      const wanted = spawnSync(findPython(), ['bytes.py'], { cwd: work.folder, maxBuffer: 10_000_000 }).stdout
      expect(await hashOfLog(server, bytes.number)).toBe(createHash('sha256').update(wanted).digest('hex'))

      const line = await submitAndWait(server, 'PYTHONIOENCODING=utf-8 python line.py', work.folder)
      expect(line).toMatchObject({ phase: 'failed', attempts: [{ exitCode: 3 }] })
      expect(JSON.stringify(line).length).toBeLessThan(20_000)
      for (let index = 0; index < 20; index += 1)
        expect((await server.call('GET', `/runs/${line.number}/logs?tail=${index + 1}`)).status).toBe(200)
      expect(await hashOfLog(server, line.number)).toBe(
        createHash('sha256')
          .update(`\r${'é'.repeat(500_000)}`.repeat(100))
          .digest('hex'),
      )

      const memoryMib = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))![1]) / 1024
      console.log(`the server's memory at its highest: ${Math.round(memoryMib)} MiB`)
      expect(memoryMib).toBeLessThan(300)
    },
  )

  async function hashOfLog(server: TestServer, run: number): Promise<string> {
    const hash = createHash('sha256')
    for (let cursor = 0; ;) {
      const page = await fetch(`${server.url}/api/v1/runs/${run}/logs?cursor=${cursor}`, {
        headers: { authorization: `Bearer ${server.readToken()}` },
      })
      const bytes = Buffer.from(await page.arrayBuffer())
      if (bytes.length === 0) return hash.digest('hex')
      hash.update(bytes)
      cursor = Number(page.headers.get('x-hagane-cursor'))
    }
  }
})

const NUMBERS = 2000

describeOnBothServers('numbers', (openPlace) => {
  it(
    `${NUMBERS} numbers of any kind are returned as they were logged, and a number that is not finite is never the best value`,
    { timeout: 120_000 },
    async () => {
      await using place = await openPlace()
      const { server } = place
      using work = createLedgerFolder()
      const random = createRandom()

      const special = [
        NaN,
        Infinity,
        -Infinity,
        -0,
        0,
        1e308,
        -1e308,
        Number.MAX_VALUE,
        Number.MIN_VALUE,
        2 ** 53,
        -(2 ** 53),
        0.1,
        1 / 3,
      ]

      const bits = new DataView(new ArrayBuffer(8))
      const values = Array.from({ length: NUMBERS }, (_, index) => {
        if (index < special.length) return special[index]!
        for (let at = 0; at < 8; at += 1) bits.setUint8(at, random.next() * 256)
        return bits.getFloat64(0)
      })

      writeFileSync(join(work.folder, 'values'), Buffer.from(Float64Array.from(values).buffer))
      writeFileSync(
        join(work.folder, 'numbers.py'),
        'import array, ledger\nfrom hagane import Experiment\nexperiment = Experiment()\nvalues = array.array("d", open("values", "rb").read())\nfor step, value in enumerate(values): experiment.log_metrics(step=step, value=value)\n',
      )

      const { number } = await submitAndWait(server, 'python numbers.py', work.folder)
      runSync(server)
      const read = (await readPoints(server, number, 'value')).map(([, value]) => Number(value))
      // JSON.stringify writes -0 as 0. Adding 0 turns -0 into 0 on both sides.
      expect(read.map((value) => value + 0)).toEqual(values.map((value) => value + 0))

      writeFileSync(
        join(work.folder, 'best.py'),
        'import ledger, sys\nfrom hagane import Experiment\nExperiment().log_metrics(value=[float("nan"), float("inf"), 5.0, float("-inf"), 1e308, -1e308][int(sys.argv[1])])\n',
      )

      for (const [optimization, best] of [
        ['maximize', 1e308],
        ['minimize', -1e308],
      ] as const) {
        const text = `version: 1\nkind: group\nhptuning:\n  concurrency: 6\n  metric: {name: value, optimization: ${optimization}}\n  matrix: {a: {range: [0, 6, 1]}}\nrun: {cmd: "python best.py {{ a }}"}\n`
        const { number: sweep } = await server.submit(text, work.folder)
        await waitForSweepEnd(server, sweep)
        expect((await server.call<SweepView>('GET', `/sweeps/${sweep}`)).body.best?.value).toBe(best)
      }
    },
  )
})
