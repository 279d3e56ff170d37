import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { RunDetailView } from '../../../src/contract/run.ts'
import type { SweepView } from '../../../src/contract/sweep.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'
import { createLedgerFolder, hasRunEnded, readPoints, waitForSweepEnd } from '../../support/both-servers.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const spoolOf = (run: number): string => join(server.dataDir, 'runs', String(run), 'spool')
const pointsUpTo = (count: number): [number, number][] => Array.from({ length: count }, (_, step) => [step, step])

async function runScript(text: string, head = ''): Promise<RunDetailView> {
  using work = createLedgerFolder()
  writeFileSync(join(work.folder, 'script.py'), text)
  const { number } = await server.submit(
    `version: 1\nkind: experiment\n${head}run: {cmd: python3 script.py}\n`,
    work.folder,
  )
  await waitUntil(async () => await hasRunEnded(server, number), 60_000)
  return (await server.call<RunDetailView>('GET', `/runs/${number}`)).body
}

const LOGGING_SCRIPT = `import os, signal, sys, time
from hagane import Experiment
experiment = Experiment()
for step in range(50): experiment.log_metrics(step=step, x=step)
experiment.log_params(last="words")
`

describe('records that a process logged and did not send', () => {
  it.each([
    ['os._exit', 'os._exit(0)', 'succeeded'],
    ['a kill', 'os.kill(os.getpid(), 9)', 'failed'],
    ['another program in its place', 'os.execv("/bin/true", ["true"])', 'succeeded'],
    [
      'a forked child that leaves by os._exit',
      'os._exit(0) if os.fork() == 0 else os.wait()\nos._exit(0)',
      'succeeded',
    ],
  ])('Unsent records are applied before the end of their run is recorded: %s', async (_, end, phase) => {
    const run = await runScript(`${LOGGING_SCRIPT}${end}\n`)
    expect(run.phase).toBe(phase)
    expect(run.params).toMatchObject({ last: 'words' })
    expect(await readPoints(server, run.number, 'x')).toEqual(pointsUpTo(50))
    expect(readdirSync(spoolOf(run.number))).toEqual([])
  })

  it('Unsent records of workers of a terminated pool are applied to their run', async () => {
    const run = await runScript(`import multiprocessing
from hagane import Experiment
experiment = Experiment()
def work(at): experiment.log_metrics({"fold/%d" % at: at}, step=at)
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(3) as pool: pool.map(work, range(12))
`)
    expect(Object.keys(run.metrics).sort()).toEqual(Array.from({ length: 12 }, (_, at) => `fold/${at}`).sort())
  })

  it('Unsent records are applied before the next attempt logs, whose last value is the last one', async () => {
    const run = await runScript(
      `${LOGGING_SCRIPT}if experiment.attempt == 1: os._exit(3)\nexperiment.log_metrics(step=0, x=1000)\n`,
      'environment: {max_restarts: 1}\n',
    )
    expect([run.phase, run.attempts.map(({ n }) => n)]).toEqual(['succeeded', [1, 2]])
    expect(run.metrics['x']).toMatchObject({ last: 1000, count: 101 })
  })

  it('Unsent metrics of trials are applied before their sweep ends', async () => {
    using work = createLedgerFolder()
    writeFileSync(
      join(work.folder, 'script.py'),
      'import os, sys\nfrom hagane import Experiment\nExperiment().log_metrics(loss=float(sys.argv[1]))\nos._exit(0)\n',
    )
    const { number } = await server.submit(
      'version: 1\nkind: group\nhptuning:\n  matrix: {x: {values: [3, 1, 2]}}\n  grid_search: {}\nrun: {cmd: "python3 script.py {{ x }}"}\n',
      work.folder,
    )

    const sweep: SweepView = await waitForSweepEnd(server, number)
    expect(sweep.counts.succeeded).toBe(3)

    const { runs } = (await server.call<{ runs: RunDetailView[] }>('GET', `/runs?sweep=${number}`)).body
    expect(runs.map((run) => Number(run.metrics['loss']?.last)).sort((a, b) => a - b)).toEqual([1, 2, 3])
  })

  it('Spool files of another run, of unknown form or not plain stay and do not delay the end of a run', async () => {
    const run = await runScript(`${LOGGING_SCRIPT}
folder = os.environ["HAGANE_SPOOL"]
def write(name, text): open(os.path.join(folder, name), "w").write(text)
open(os.path.join(folder, "0.meta.json"), "w").write('{"writer": "0", "run": "%s", "attempt": 0, "pid": 1, "hostname": "elsewhere", "closed": true}' % os.environ["HAGANE_RUN_ID"])
open(os.path.join(folder, "0.000000000000001.jsonl"), "w").write('{"first":1}\\n{"k":"m"}\\n')
note = '{"writer": "%s", "run": "%s", "attempt": %d, "pid": 1, "hostname": "elsewhere", "closed": true}'
write("a.meta.json", note % ("a", "11111111-2222-4333-8444-555555555555", 1))
write("c.meta.json", "[")
os.mkfifo(os.path.join(folder, "d.meta.json"))
os.symlink("/dev/zero", os.path.join(folder, "e.meta.json"))
os._exit(0)
`)
    expect(run.phase).toBe('succeeded')
    expect(await readPoints(server, run.number, 'x')).toEqual(pointsUpTo(50))
    expect(readdirSync(spoolOf(run.number)).sort()).toEqual([
      '0.000000000000001.jsonl',
      '0.meta.json',
      'a.meta.json',
      'c.meta.json',
      'd.meta.json',
      'e.meta.json',
    ])
  })

  it('Unsent records that cannot be applied stay in the spool for `hagane sync`', async () => {
    const run = await runScript(`${LOGGING_SCRIPT}
folder = os.environ["HAGANE_SPOOL"]
name = [name for name in os.listdir(folder) if name.endswith(".meta.json")][0]
text = open(os.path.join(folder, name)).read()
open(os.path.join(folder, name), "w").write(text.replace('"attempt": 1', '"attempt": 0'))
os._exit(0)
`)
    expect(run.phase).toBe('succeeded')
    expect(readdirSync(spoolOf(run.number))).toHaveLength(2)
  })
})

describe('`hagane sync`', () => {
  it('`hagane sync` reports what the server refuses, and the server keeps the rest', async () => {
    const { body } = await server.call<{ id: string; number: number }>('POST', '/runs', {
      id: '11111111-2222-4333-8444-000000000001',
      kind: 'experiment',
    })
    const folder = join(server.dataDir, 'spool')
    const writer = '11111111-2222-4333-8444-000000000002'
    mkdirSync(folder, { recursive: true })
    const meta = { writer, run: body.id, attempt: 1, pid: 1, hostname: 'elsewhere', closed: true, create: null }
    writeFileSync(join(folder, `${writer}.meta.json`), JSON.stringify(meta))
    const record = { k: 'm', s: 1, t: 1, v: { 'bad\0name': 1, beside: 2 } }
    writeFileSync(join(folder, `${writer}.000000000000001.jsonl`), `{"first":1}\n${JSON.stringify(record)}\n`)

    for (const [lang, words] of [
      ['en', 'the server refuses metric'],
      ['ja', '受け取らなかった'],
    ] as const) {
      if (lang === 'ja')
        writeFileSync(
          join(folder, `${writer}.meta.json`),
          JSON.stringify({ ...meta, writer: `${writer.slice(0, -1)}3` }),
        )
      if (lang === 'ja')
        writeFileSync(
          join(folder, `${writer.slice(0, -1)}3.000000000000001.jsonl`),
          `{"first":1}\n${JSON.stringify(record)}\n`,
        )

      const { stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../../../src/cli/main.ts'), 'sync'], {
        env: { ...process.env, HAGANE_DATA: server.dataDir, HAGANE_LANG: lang },
        encoding: 'utf8',
      })
      expect(stderr).toContain(words)
      expect(stderr).toContain('NUL character')
    }

    expect(await readPoints(server, body.number, 'beside')).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(readdirSync(folder)).toEqual([])
  })
})
