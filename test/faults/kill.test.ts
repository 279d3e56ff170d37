import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, inject, it } from 'vitest'

import type { RunPageView } from '../../src/contract/routes.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import type { PointView } from '../../src/contract/tracking.ts'
import { startPostgres } from '../support/postgres.ts'
import { seeded, startTestServer, until } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

const KILLS = 30
const TRIALS = 60
const POINTS = 25

// Every process of a trial signs the ledger when it starts: two signatures would be two runs of one trial.
const SCRIPT = `
import os, sys, time
from hagane import Experiment
with open(os.path.join(sys.argv[1], os.environ["HAGANE_RUN"]), "a") as ledger:
    ledger.write("%d\\n" % os.getpid())
experiment = Experiment()
for step in range(${POINTS}):
    experiment.log_metrics(step=step, value=step * 1.5 + float(sys.argv[2]))
    time.sleep(0.05)
`

describe('a server killed at random moments of a running sweep', () => {
  it(`loses and doubles nothing in ${KILLS} kills on SQLite`, { timeout: 600_000 }, async () => {
    await using server = await startTestServer()
    await survive(server)
  })

  it.skipIf(inject('postgresError') !== '')(`loses and doubles nothing in ${KILLS} kills on PostgreSQL`, { timeout: 600_000 }, async () => {
    await using postgres = await startPostgres()
    await using server = await startTestServer({ database: await postgres.createDatabase() })
    await survive(server)
  })
})

async function survive(server: TestServer): Promise<void> {
  const random = seeded()
  const folder = mkdtempSync(join(tmpdir(), 'hagane-ledger-'))
  const ledger = join(folder, 'ledger')
  mkdirSync(ledger)
  writeFileSync(join(folder, 'trial.py'), SCRIPT)
  const { number } = await server.submit(
    `version: 1\nkind: group\nhptuning:\n  concurrency: 6\n  metric: {name: value}\n  matrix:\n    a: {range: [0, ${TRIALS}, 1]}\nrun:\n  cmd: python trial.py ${ledger} {{ a }}\n`,
    folder,
  )
  for (let kill = 0; kill < KILLS; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50 + random.next() * 900))
    await server.kill()
    if (random.next() < 0.3) await new Promise((resolve) => setTimeout(resolve, random.next() * 1500))
    await server.start()
    appendFileSync(join(folder, 'kills'), '.')
  }
  await until(async () => (await server.call<SweepView>('GET', `/sweeps/${number}`)).body.phase === 'done', 90_000).catch(async (error: unknown) => {
    const { body } = await server.call<SweepView>('GET', `/sweeps/${number}`)
    console.log(JSON.stringify(body.counts), readFileSync(join(server.dataDir, 'server.log'), 'utf8').split('\n').slice(-3).join('\n').slice(0, 2000))
    throw error
  })
  await checkSweep(server, number, ledger)
  rmSync(folder, { recursive: true, force: true })
}

async function checkSweep(server: TestServer, number: number, ledger: string): Promise<void> {
  const sync = spawnSync(process.execPath, [join(import.meta.dirname, '../../src/cli/main.ts'), 'sync'], {
    env: { ...process.env, HAGANE_DATA: server.dataDir },
    encoding: 'utf8',
  })
  expect(sync.status, sync.stderr).toBe(0)
  const runs = (await server.call<RunPageView>('GET', `/runs?sweep=${number}&limit=1000`)).body.runs
  expect(runs.map((run) => run.phase)).toEqual(Array(TRIALS).fill('succeeded'))
  expect(new Set(runs.map((run) => run.trial)).size).toBe(TRIALS)
  expect(readdirSync(ledger)).toHaveLength(TRIALS)
  for (const run of runs) {
    expect(
      readFileSync(join(ledger, String(run.number)), 'utf8')
        .trim()
        .split('\n'),
      `run ${run.number} ran once`,
    ).toHaveLength(1)
    const points = (await server.call<PointView[]>('GET', `/runs/${run.number}/metrics/value`)).body
    expect(points.map((point) => [point.step, point.value])).toEqual(Array.from({ length: POINTS }, (_, step) => [step, step * 1.5 + Number(run.params['a'])]))
  }
}
