import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { waitForSweepEnd } from './both-servers.ts'
import { useDashboard } from './dashboard.ts'
import type { Dashboard } from './dashboard.ts'

const TRAIN = `
import os, sys, time
from hagane import Experiment
x, k = float(sys.argv[1]), sys.argv[2]
experiment = Experiment()
print("\\033[31mloading\\033[0m data")
if x > 0.9:
    raise ValueError("x is too large")
for step in range(1, 11):
    experiment.log_metrics(step=step, loss=(x - 0.3) ** 2 + 1 / step, accuracy=1 - x)
    print("step %d" % step)
open(os.path.join(os.environ["HAGANE_OUTPUTS"], "report.csv"), "w").write("name,score\\n<img src=x onerror=alert(1)>,0.5\\n")
open(os.path.join(os.environ["HAGANE_OUTPUTS"], "page.html"), "w").write("<script>document.title = 'owned'</script>")
`
const SLOW = `
import time
from hagane import Experiment
experiment = Experiment()
for step in range(10000):
    experiment.log_metrics(step=step, loss=1.0 / (step + 1))
    print("line %d" % step, flush=True)
    time.sleep(0.05)
`
const SWEEP =
  'version: 1\nkind: group\nname: valley\nhptuning:\n  concurrency: 4\n  seed: 5\n  metric: {name: loss, optimization: minimize}\n  first_points: [{x: 0.95, k: a}]\n  random_search: {n_experiments: 12}\n  matrix: {x: {uniform: [0, 1]}, k: {values: [a, b]}}\nrun:\n  cmd: python train.py {{ x }} {{ k }}\n'

/** A dashboard whose server has one sweep, `valley`, with twelve ended trials. Some of them have failed. */
export interface Valley extends Dashboard<{ readonly sweep: number }> {
  /** Starts a run that logs a line and a metric twenty times a second. Returns its number. */
  submitSlow(name: string): Promise<number>
}

/** Starts the dashboard and waits until the sweep `valley` has ended. */
export async function useValley(): Promise<Valley> {
  const dashboard = await useDashboard(6, async (server, folder) => {
    writeFileSync(join(folder, 'train.py'), TRAIN)
    writeFileSync(join(folder, 'slow.py'), SLOW)
    const sweep = (await server.submit(SWEEP, folder)).number
    await waitForSweepEnd(server, sweep, 60_000)
    return { sweep }
  })

  return Object.defineProperties(
    {
      submitSlow: async (name: string) =>
        (
          await dashboard.server.submit(
            `version: 1\nkind: experiment\nrun: {cmd: python slow.py}\nname: ${name}\n`,
            dashboard.folder,
          )
        ).number,
    },
    Object.getOwnPropertyDescriptors(dashboard),
  ) as Valley
}
