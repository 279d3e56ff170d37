import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'

import {
  atLeast,
  measureBetween,
  createFolder,
  root,
  printProgress,
  startServer,
  submit,
  timed,
  unlimited,
  waitForSweep,
} from './support.ts'
import type { Figure } from './support.ts'

const TRIALS = 1_000
const CONCURRENCY = 10
const RATE_RATIO_MIN = 0.5
/** Smallest allowed trials per second: the rate of ten Optuna processes on one SQLite file. */
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

/**
 * Measures the trials per second of a sweep whose command does nothing. Compares this rate with that of bare
 * supervisors: processes of `supervise.sh` that run the same command without a server.
 */
export async function measure(): Promise<Figure[]> {
  const { other, ours } = await measureBetween(runBare, runOurs)
  return [
    atLeast(RATE_RATIO_MIN, 'rate_ratio', ours / other, 'x'),
    atLeast(TRIALS_PER_S_MIN, 'trials_per_s', ours, '1/s'),
    unlimited('bare_trials_per_s', other, '1/s'),
  ]
}

/** Returns the trials per second of the sweep on a new server. */
async function runOurs(): Promise<number> {
  using folder = createFolder('noop')
  await using server = await startServer(folder.path)
  // The time ends when the server reports that the sweep has ended. By then the end of every trial is durable.
  const seconds = await timed(async () =>
    waitForSweep(server, (await submit(server, DOCUMENT, folder.path)).number, TRIALS),
  )
  printProgress(`${TRIALS} trials: ${seconds.toFixed(2)} s`)
  return TRIALS / seconds
}

/** Returns the supervisors per second that end if CONCURRENCY of them run at once, without a server. */
async function runBare(): Promise<number> {
  using folder = createFolder('noop-bare')
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < TRIALS) await superviseBare(join(folder.path, String(next++)))
  }
  const seconds = await timed(() => Promise.all(Array.from({ length: CONCURRENCY }, lane)))
  printProgress(`${TRIALS} bare supervisors: ${seconds.toFixed(2)} s`)
  return TRIALS / seconds
}

const SUPERVISOR = join(root, 'src', 'executors', 'local', 'supervise.sh')

/** Runs one supervisor, spawned as the local executor spawns it. */
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
