import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { SweepView } from '../../src/contract/sweep.ts'
import { waitForSweepEnd } from './both-servers.ts'
import { useDashboard } from './dashboard.ts'
import type { Dashboard } from './dashboard.ts'
import { recordRun } from './recorded-run.ts'
import type { TestServer } from './server.ts'

/** Number of metrics of the run `many-metrics`. */
export const METRICS = 300
/** Number of runs in the project `seeds`. */
export const SEEDED = 36

const TRAIN = `
import os, sys
from hagane import Experiment
x, model, seed = float(sys.argv[1]), sys.argv[2], int(sys.argv[3])
experiment = Experiment()
if x > 0.9: raise KeyError("lr_%d" % seed)
if x < 0.05: raise MemoryError("n-gram matrix of %d GB" % (60 + seed))
for step in range(1, 9):
    experiment.log_metrics(step=step, f1=float("nan") if 0.5 < x < 0.6 else x * step / 8)
folder = os.environ["HAGANE_OUTPUTS"]
os.makedirs(os.path.join(folder, "plots"), exist_ok=True)
open(os.path.join(folder, "scores.csv"), "w").write("class,precision\\n" + "".join("c%d,0.%d\\n" % (i, i) for i in range(10, 70)))
open(os.path.join(folder, "plots/curve.svg"), "w").write('<svg xmlns="http://www.w3.org/2000/svg" width="160" height="80"><path d="M0 80 L160 0" stroke="red"/></svg>')
open(os.path.join(folder, "report.md"), "w").write("# Report\\n\\n- [x] trained\\n- [ ] tested\\n\\n![curve](plots/curve.svg)\\n\\n![gone](100%E9.png)\\n")
`
const SWEEP =
  'version: 1\nkind: group\nname: departments\ntags: [autumn]\nhptuning:\n  concurrency: 4\n  seed: 5\n  on_failure: continue\n  metric: {name: f1, optimization: maximize}\n' +
  '  first_points: [{x: 0.95, model: gbdt, seed: 1}, {x: 0.97, model: gbdt, seed: 2}, {x: 0.01, model: linear, seed: 3}, {x: 0.55, model: linear, seed: 1}, {x: 0.899, model: gbdt, seed: 1}]\n' +
  '  random_search: {n_experiments: 9}\n  matrix: {x: {uniform: [0, 1]}, model: {values: [gbdt, linear]}, seed: {values: [1, 2, 3]}}\nrun: {cmd: "python train.py {{ x }} {{ model }} {{ seed }}"}\n'

interface Departments {
  /** Sweep `departments`. Some of its trials fail, for one of two reasons, and some log NaN. */
  readonly sweep: SweepView
  /** Number of the run `many-metrics`, in project `many`. */
  readonly manyMetrics: number
  /** Number of the first run in project `seeds`: six configurations of six seeds each. */
  readonly first: number
}

/** Starts the dashboard with the sweep `departments` and the projects `many` and `seeds`. */
export async function useDepartments(): Promise<Dashboard<Departments>> {
  return await useDashboard(4, prepare)
}

async function prepare(server: TestServer, folder: string): Promise<Departments> {
  writeFileSync(join(folder, 'train.py'), TRAIN)

  const { number } = await server.submit(SWEEP, folder)
  await waitForSweepEnd(server, number, 60_000)
  const sweep = (await server.call<SweepView>('GET', `/sweeps/${number}`)).body

  for (const name of ['many', 'seeds']) await server.call('POST', '/projects', { name })
  const manyMetrics = await recordRun(server, 'many', {
    name: 'many-metrics',
    params: { a: 1 },
    metrics: Object.fromEntries(
      Array.from({ length: METRICS }, (_, i) => [
        `${['train', 'val', 'grad'][i % 3]}/metric_${String(i).padStart(3, '0')}`,
        [i, i + 1, i + 2],
      ]),
    ),
  })

  let first: number | undefined
  // Six configurations of six seeds each. Only the 23rd of 25 parameters (`a22`) differs; `constant` never changes.
  for (let i = 0; i < SEEDED; i += 1) {
    const config = Math.floor(i / 6)
    const run = await recordRun(server, 'seeds', {
      name: `seeded-${i}`,
      params: {
        seed: i % 6,
        constant: 7,
        ...Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`a${at}`, at === 22 ? config : at])),
      },
      metrics: { loss: [2 + config + (i % 6) / 100, 1 + config + (i % 6) / 100] },
    })
    first ??= run
  }

  return { sweep, manyMetrics, first: first! }
}
