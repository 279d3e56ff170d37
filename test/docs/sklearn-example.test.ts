import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, describe, expect, it } from 'vitest'

import type { EnvironmentView } from '../../src/contract/routes/environments.ts'
import type { RunView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { findFreePort } from '../support/postgres.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')
const EXAMPLES = join(import.meta.dirname, '../../examples')
const TIMEOUT_MS = 300_000

const folder = mkdtempSync(join(tmpdir(), 'hagane-sklearn-'))
const port = await findFreePort()
const obstacle = findObstacle()

/** Returns why the example cannot run here, '' if it can. Downloads one small package of the example to find out. */
function findObstacle(): string {
  const run = (...args: string[]) =>
    spawnSync('python3', args, { encoding: 'utf8', timeout: 30_000, stdio: ['ignore', 'pipe', 'ignore'] })

  const version = run('-c', 'import venv, ensurepip, sys; print(*sys.version_info[:2])').stdout?.trim() ?? ''
  if (!/^3 (9|1[0-3])$/.test(version)) return 'no Python 3.9 to 3.13 with venv'

  const fetched = run(
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--no-cache-dir',
    '--retries',
    '0',
    '--timeout',
    '10',
    '-d',
    folder,
    'joblib==1.4.2',
  )

  return fetched.status === 0 ? '' : 'no Python index'
}

function runHagane<T>(...args: string[]): T {
  const env = { ...process.env, HOME: folder, HAGANE_DATA: join(folder, 'data'), HAGANE_PORT: String(port), LANG: 'C' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: EXAMPLES,
    encoding: 'utf8',
    env,
  })

  if (status !== 0) throw new Error(`${args.join(' ')}: ${status} ${stderr.slice(-3000)}`)
  return (args.includes('--json') ? JSON.parse(stdout) : stdout) as T
}

afterAll(() => {
  if (obstacle === '') runHagane('down')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

describe.skipIf(obstacle !== '')(`the example with scikit-learn${obstacle === '' ? '' : ` (${obstacle})`}`, () => {
  const smallSearchFile = join(folder, 'few.yml')
  const runSweep = (): SweepView => {
    writeFileSync(
      smallSearchFile,
      'hptuning: {random_search: {n_experiments: 4}, matrix: {n_estimators: {values: [5, 10]}}}\n',
    )

    const { number } = runHagane<{ number: number }>(
      'run',
      '-f',
      'departments-sklearn/group.yml',
      '-f',
      smallSearchFile,
      '--workdir',
      EXAMPLES,
      '--wait',
      '--json',
    )

    return runHagane<SweepView>('show', String(number), '--json')
  }

  it(
    'The example with scikit-learn installs its packages once for all trials, and a second sweep starts at once',
    () => {
      const first = runSweep()
      expect(first).toMatchObject({ phase: 'done', counts: { succeeded: 4 }, best: { metric: 'f1_macro' } })
      expect(first.best!.value).toBeGreaterThan(0.3)

      const [environment, ...others] = runHagane<EnvironmentView[]>('env', 'ls', '--json')
      expect([environment!.state, others]).toEqual(['ready', []])
      const { packages } = runHagane<EnvironmentView>('env', 'show', environment!.hash.slice(0, 12), '--json')
      expect(packages).toEqual(expect.arrayContaining(['joblib==1.4.2', 'scikit-learn==1.6.1', 'threadpoolctl==3.5.0']))

      const second = runSweep()
      expect(second).toMatchObject({ phase: 'done', counts: { succeeded: 4 }, best: { value: first.best!.value } })

      expect(runHagane<RunView[]>('ls', '--filter', 'kind = build', '--json')).toHaveLength(1)

      const trials = runHagane<RunView[]>('ls', '--sweep', String(second.number), '--json')
      const waits = trials.map((trial) => Date.parse(trial.startedAt!) - Date.parse(trial.createdAt))
      expect(Math.min(...waits)).toBeLessThan(5_000)
    },
    TIMEOUT_MS,
  )
})
