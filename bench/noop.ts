import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'

import { atLeast, between, createFolder, root, say, startServer, submit, timed, told, waitForSweep } from './support.ts'
import type { Figure } from './support.ts'

const TRIALS = 1_000
const CONCURRENCY = 10
const RATE_RATIO_MIN = 0.5
/** Ten Optuna processes on one SQLite file. */
const TRIALS_PER_S_MIN = 29

const DOCUMENT = `
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
  cmd: "true"
`

/** Trials that do nothing: what is measured is the platform alone, against its own supervisor without it. */
export async function measure(): Promise<Figure[]> {
  const { other, ours } = await between(runBare, runOurs)
  return [
    atLeast(RATE_RATIO_MIN, 'rate_ratio', ours / other, 'x'),
    atLeast(TRIALS_PER_S_MIN, 'trials_per_s', ours, '1/s'),
    told('bare_trials_per_s', other, '1/s'),
  ]
}

async function runOurs(): Promise<number> {
  using folder = createFolder('noop')
  await using server = await startServer(folder.path)
  // Until the server says that the sweep is over: by then every end is durable.
  const seconds = await timed(async () =>
    waitForSweep(server, (await submit(server, DOCUMENT, folder.path)).number, TRIALS),
  )
  say(`${TRIALS} trials: ${seconds.toFixed(2)} s`)
  return TRIALS / seconds
}

async function runBare(): Promise<number> {
  using folder = createFolder('noop-bare')
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < TRIALS) await superviseBare(join(folder.path, String(next++)))
  }
  const seconds = await timed(() => Promise.all(Array.from({ length: CONCURRENCY }, lane)))
  say(`${TRIALS} bare supervisors: ${seconds.toFixed(2)} s`)
  return TRIALS / seconds
}

const SUPERVISOR = join(root, 'src', 'executors', 'local', 'supervise.sh')

/** Spawned as the local executor does it. */
async function superviseBare(dir: string): Promise<void> {
  mkdirSync(dir)
  const output = openSync(join(dir, 'log'), 'a')
  const child = spawn('/bin/sh', [SUPERVISOR, dir, '/bin/bash', '-c', 'true', 'hagane'], {
    cwd: dir,
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  const status = await new Promise((resolve) => child.once('exit', resolve))
  if (status !== 0) throw new Error(`the supervisor ended with ${status}`)
}
