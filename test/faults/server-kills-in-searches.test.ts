import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import type { RunPageView } from '../../src/contract/routes/runs.ts'
import { SEARCH_FAULT_POINTS } from '../support/fault-points.ts'
import { readStoredSearch, expectReproducible } from '../support/stored-search.ts'
import { createRandom } from '../support/server.ts'
import {
  createLedgerFolder,
  describeOnBothServers,
  sleep,
  submitUntilAnswered,
  waitForSweepEnd,
  tryCall,
} from '../support/both-servers.ts'
import type { ServerSetup, LedgerFolder } from '../support/both-servers.ts'

const KILLS = 50
const TRIALS = 60
const preload = `--import ${join(import.meta.dirname, '../support/fault-points.ts')}`

// VALLEY has its minimum at x = 0.3 and fails for x > 0.9. EPOCHS continues its training from a checkpoint.
const FAILING_SCRIPT = `
import ledger, sys, time
from hagane import Experiment
x, k = float(sys.argv[1]), sys.argv[2]
time.sleep(0.1)
if x > 0.9: sys.exit(3)
Experiment().log_metrics(loss=(x - 0.3) ** 2 + (0 if k == "b" else 0.2))
`
const RESUMING_SCRIPT = `
import ledger, os, sys
from hagane import Experiment
x, until = float(sys.argv[1]), int(sys.argv[2])
folder = os.environ["HAGANE_CHECKPOINT_DIR"]
os.makedirs(folder, exist_ok=True)
path = os.path.join(folder, "epoch")
done = int(open(path).read()) if os.path.exists(path) else 0
experiment = Experiment()
for epoch in range(done + 1, until + 1):
    experiment.log_metrics(step=epoch, loss=abs(x - 0.3) + 1.0 / epoch)
open(path, "w").write(str(until))
`

function sweepOf(hptuning: string, command: string): string {
  return `version: 1\nkind: group\nhptuning:\n  concurrency: 4\n  seed: 9\n  metric: {name: loss, optimization: minimize}\n${hptuning}\nrun:\n  cmd: ${command}\n`
}

const LEARNING_SWEEP = sweepOf(
  `  auto: {n_experiments: ${TRIALS}}\n  matrix:\n    x: {uniform: [0, 1]}\n    k: {values: [a, b, c]}`,
  'python valley.py {{ x }} {{ k }}',
)
const PROMOTING_SWEEP = sweepOf(
  '  asha: {max_iter: 9, resource: {name: epochs}, n_experiments: 18, resume: true, search: auto}\n  matrix:\n    x: {uniform: [0, 1]}',
  'python epochs.py {{ x }} {{ epochs }}',
)

function writeScripts(work: LedgerFolder): void {
  writeFileSync(join(work.folder, 'valley.py'), FAILING_SCRIPT)
  writeFileSync(join(work.folder, 'epochs.py'), RESUMING_SCRIPT)
}

/**
 * Checks that no trial is lost, doubled or changed: each trial index occurs once, each attempt ran once and has one
 * result, and each point is equal to its recomputation.
 */
async function checkSearch(place: ServerSetup, number: number, work: LedgerFolder, trials: number): Promise<void> {
  const record = await readStoredSearch(place, number)
  expect(record.trials).toHaveLength(trials)

  const { runs } = (await place.server.call<RunPageView>('GET', `/runs?sweep=${number}&limit=1000`)).body
  expect(runs.map(({ trial }) => trial!).toSorted((a, b) => a - b)).toEqual(record.trials.map((_, index) => index))

  const keys = record.results.map(({ index, rung }) => `${index}/${rung}`)
  expect(new Set(keys).size).toBe(keys.length)

  const signatures = work.readPids()
  for (const run of runs) {
    const attempts = (await place.server.call<{ attempts: unknown[] }>('GET', `/runs/${run.number}`)).body.attempts
      .length
    expect([run.number, signatures.get(run.number)?.length]).toEqual([run.number, attempts])
    expect(record.results.filter(({ index }) => index === run.trial)).toHaveLength(attempts)
  }

  await expectReproducible(place, number)
}

describeOnBothServers('a server killed while a sweep learns', (openPlace) => {
  it(`A sweep that learns loses, doubles and changes no trial over ${KILLS} kills`, { timeout: 600_000 }, async () => {
    await using place = await openPlace()
    using work = createLedgerFolder()
    writeScripts(work)
    const random = createRandom()

    let [number, kills] = [await submitUntilAnswered(place.server, LEARNING_SWEEP, work.folder), 0]
    for (; kills < KILLS; kills += 1) {
      await sleep(random.next() * 500)
      await place.server.kill()
      await place.server.start()
      const phase = (await tryCall<{ phase: string }>(place.server, 'GET', `/sweeps/${number}`))?.body.phase
      if (phase !== 'done') continue
      await checkSearch(place, number, work, TRIALS)
      number = await submitUntilAnswered(place.server, LEARNING_SWEEP, work.folder)
    }

    expect((await waitForSweepEnd(place.server, number)).phase).toBe('done')
    await checkSearch(place, number, work, TRIALS)
  })

  it(
    `A sweep that promotes trials is completed after its server dies at each of ${SEARCH_FAULT_POINTS.length} named points`,
    { timeout: 600_000 },
    async () => {
      await using place = await openPlace()
      const { server } = place
      const random = createRandom()

      for (const point of SEARCH_FAULT_POINTS) {
        using work = createLedgerFolder()
        writeScripts(work)

        const hit = 1 + Math.floor(random.next() * 4)
        await server.kill()
        server.launch({ NODE_OPTIONS: preload, HAGANE_TEST_FAULT: point, HAGANE_TEST_FAULT_HIT: String(hit) })
        const submitting = submitUntilAnswered(server, PROMOTING_SWEEP, work.folder)
        expect([point, hit, await Promise.race([server.waitForEnd(), sleep(60_000)])]).toEqual([point, hit, 'SIGKILL'])

        await server.start()
        const number = await submitting
        expect([point, (await waitForSweepEnd(server, number)).phase]).toEqual([point, 'done'])
        await checkSearch(place, number, work, 18)
      }
    },
  )
})
