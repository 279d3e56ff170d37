import { spawn } from 'node:child_process'
import { join } from 'node:path'

import { LIMITS } from '../src/contract/limits.ts'
import type { RunPageView } from '../src/contract/routes/runs.ts'
import { findPython } from './references.ts'
import {
  atMost,
  measureBetween,
  clientPath,
  createFolder,
  plainEnv,
  root,
  printProgress,
  startServer,
  submit,
  timed,
  unlimited,
  waitForSweep,
} from './support.ts'
import type { Figure } from './support.ts'

const TRIALS = 200
const CONCURRENCY = 10
const METRICS = 10
const WALL_RATIO_MAX = 1.05
const SCRIPT = join(root, 'bench', 'sweep-trial.py')

const toDocument = (python: string): string => `
version: 1
kind: group
hptuning:
  concurrency: ${CONCURRENCY}
  random_search:
    n_experiments: ${TRIALS}
  matrix:
    x:
      uniform: 0:1
run:
  cmd: ${python} ${SCRIPT}
`

/**
 * Compares the wall time of a sweep with the time of the same script
 * when xargs runs it as often, ten at a time, without a server.
 */
export async function measure(): Promise<Figure[]> {
  const python = findPython()
  const { other, ours } = await measureBetween(
    () => runXargs(python),
    () => runOurs(python),
  )
  return [
    atMost(WALL_RATIO_MAX, 'wall_ratio', ours / other, 'x'),
    unlimited('wall_s', ours, 's'),
    unlimited('xargs_wall_s', other, 's'),
  ]
}

async function runXargs(python: string): Promise<number> {
  using folder = createFolder('sweep-xargs')
  const env = plainEnv({
    PYTHONPATH: clientPath,
    HAGANE_OFFLINE: '1',
    HAGANE_SPOOL: join(folder.path, 'spool'),
    HAGANE_DATA: folder.path,
  })

  const seconds = await timed(async () => {
    const child = spawn('xargs', [`-P${CONCURRENCY}`, '-n1', python, SCRIPT], {
      env,
      cwd: folder.path,
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    child.stdin.end(Array.from({ length: TRIALS }, (_, index) => `${index}\n`).join(''))
    const status = await new Promise((resolve) => child.once('exit', resolve))
    if (status !== 0) throw new Error(`xargs ended with ${status}`)
  })

  printProgress(`xargs: ${seconds.toFixed(2)} s`)
  return seconds
}

async function runOurs(python: string): Promise<number> {
  using folder = createFolder('sweep')
  await using server = await startServer(folder.path)
  const { number } = await submit(server, toDocument(python), folder.path)
  const sweep = await waitForSweep(server, number, TRIALS)
  await checkMetrics((await server.call<RunPageView>('GET', `/runs?sweep=${number}&limit=${LIMITS.runsPageMax}`)).runs)

  const seconds = (Date.parse(sweep.endedAt!) - Date.parse(sweep.createdAt)) / 1000
  printProgress(`sweep: ${seconds.toFixed(2)} s`)
  return seconds
}

/** Throws if metrics are missing. Without this check a loss of metrics could make the sweep look fast. */
async function checkMetrics(trials: RunPageView['runs']): Promise<void> {
  const bad = trials.find(({ metrics }) =>
    Array.from({ length: METRICS }).some((_, index) => metrics[`metric_${index}`]?.last !== index * 0.1),
  )
  if (bad || trials.length !== TRIALS) throw new Error(`${trials.length} trials, metrics missing in run ${bad?.number}`)
}
