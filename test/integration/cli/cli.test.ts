import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { AttemptView, RunDetailView, RunView } from '../../../src/contract/run.ts'
import type { SweepView } from '../../../src/contract/sweep.ts'
import { findFreePort } from '../../support/postgres.ts'

const MAIN = join(import.meta.dirname, '../../../src/cli/main.ts')
const folder = mkdtempSync(join(tmpdir(), 'hagane-cli-'))
const dataDir = join(folder, 'data')
const work = join(folder, 'work')
let port: number

beforeAll(async () => {
  port = await findFreePort()
  mkdirSync(work)
})
afterAll(() => {
  hagane('down')
  rmSync(folder, { recursive: true, force: true })
})

interface Result {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly json: never
}

function hagane(...args: string[]): Result {
  return haganeWith({}, ...args)
}

function haganeWith(env: NodeJS.ProcessEnv, ...args: string[]): Result {
  const base = { HOME: folder, PATH: process.env['PATH'], HAGANE_DATA: dataDir, HAGANE_PORT: String(port), LANG: 'C' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: work,
    encoding: 'utf8',
    env: { ...base, ...env },
  })
  const lines = stdout.trim().split('\n')

  return {
    status,
    stdout,
    stderr,
    json: (args.includes('--json') && lines.length === 1 && lines[0] ? JSON.parse(lines[0]) : undefined) as never,
  }
}

function write(name: string, text: string): string {
  writeFileSync(join(work, name), text)
  return name
}

const GROUP = `version: 1
kind: group
hptuning:
  concurrency: 4
  seed: 3
  metric: {name: score, optimization: maximize}
  matrix:
    x: {values: [1, 2, 3]}
    word: {values: ["a b", "it's; echo $HOME"]}
run:
  cmd: python -u trial.py \\
    --x {{ x }} \\
    --word {{ word }}
`

const TRIAL = `
import json, sys
from hagane import Experiment
experiment = Experiment()
x = int(sys.argv[2])
experiment.log_metrics({"score": x, "odd/name": float("nan")}, step=0)
experiment.log_metrics(score=x * 10, step=1)
print(json.dumps(sys.argv[1:]))
with open(experiment.outputs_path + "/model.json", "w") as file:
    file.write(str(x))
`

describe('the command line', () => {
  it('`hagane check` prints the plan, trials and commands of a document, and every problem with its place', () => {
    const group = write('group.yml', GROUP)
    expect(hagane('check', '-f', group, '--json').json).toMatchObject({
      ok: true,
      kind: 'group',
      trials: 6,
      errors: [],
      commands: [
        "python -u trial.py --x 1 --word 'a b'",
        "python -u trial.py --x 1 --word 'it'\\''s; echo $HOME'",
        "python -u trial.py --x 2 --word 'a b'",
      ],
    })

    const bad = write('bad.yml', 'version: 1\nkind: experiment\nrunn: {}\nenvironment:\n  resources: {cpu: 2}\n')
    const { status, json, stderr } = hagane('check', '-f', bad, '--json')
    expect(status).toBe(2)
    expect(json).toMatchObject({
      ok: false,
      errors: [
        { code: 'wrong_type', line: 5, path: 'environment.resources.cpu' },
        { code: 'unknown_key_near', line: 3, column: 1, path: 'runn', file: 'bad.yml' },
      ],
    })
    expect(stderr).not.toMatch(/\n\s+at /)

    const shown = hagane('check', '-f', bad)
    expect(shown.stderr).toContain('bad.yml:3:1')
    expect(shown.stderr).toContain('3 | runn: {}')
  })

  it('`hagane run` starts a server, reports that, and runs a sweep to its end', () => {
    write('trial.py', TRIAL)
    const { status, stdout, stderr, json } = hagane('run', '-f', 'group.yml', '--wait', '--json')
    expect(status, stderr).toBe(0)
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('started a server')
    expect(json).toMatchObject({ kind: 'sweep', number: 1, url: expect.stringMatching(/^http/) })

    const sweep = hagane('show', '1', '--json').json as SweepView
    expect(sweep).toMatchObject({
      phase: 'done',
      counts: { succeeded: 6 },
      seed: 3,
      best: { metric: 'score', value: 30, params: { x: 3 } },
    })
  })

  it('Every parameter value reaches the program as one argument', () => {
    const trials = hagane('ls', '--sweep', '1', '--json').json as RunView[]
    expect(trials.map((run) => run.trial)).toEqual([0, 1, 2, 3, 4, 5])
    for (const run of trials)
      expect(JSON.parse(hagane('logs', String(run.number)).stdout)).toEqual([
        '--x',
        String(run.params['x']),
        '--word',
        run.params['word'],
      ])
  })

  it('`hagane show` prints a run with its summaries, attempts and output files', () => {
    const run = hagane('show', '2', '--json').json as RunDetailView
    expect(run).toMatchObject({
      number: 2,
      kind: 'experiment',
      phase: 'succeeded',
      reason: 'Completed',
      params: { x: 1, word: 'a b' },
      metrics: { score: { last: 10, min: 1, max: 10, mean: 5.5, count: 2 }, 'odd/name': { last: 'NaN', count: 1 } },
    })
    expect(run.attempts).toHaveLength(1)
    expect(run.attempts[0] as AttemptView).toMatchObject({
      n: 1,
      exitCode: 0,
      delivery: { received: 2, lost: 0, isClosed: true },
    })
    expect(run.host!.workDir).toBe(work)
    expect(hagane('show', '2').stdout).toContain('model.json')
    expect(hagane('metrics', '2', 'odd/name', '--json').json).toMatchObject([{ step: 0, value: 'NaN' }])
    expect(hagane('metrics', '2', 'score', '--json').json).toMatchObject([
      { step: 0, value: 1 },
      { step: 1, value: 10 },
    ])
  })

  it('A command that fails prints a short error and ends with the exit status of that error', () => {
    const statuses = [
      hagane('show', '999'),
      hagane('nonsense'),
      hagane('run', '-f', 'none.yml'),
      hagane('check', '-f', 'trial.py'),
      haganeWith({ HAGANE_TOKEN: 'wrong' }, 'ls'),
      haganeWith({ HAGANE_HOST: 'http://127.0.0.1:9' }, 'ls'),
    ]
    expect(statuses.map((result) => result.status)).toEqual([4, 2, 2, 2, 6, 5])
    for (const { stderr } of statuses) expect(stderr.trim()).not.toMatch(/^$|\n\s+at /)
  })

  it("`hagane ls` combines a filter in Polyaxon's form with options, and reports an unknown column", () => {
    const failed = hagane('ls', '--query', 'status:succeeded|failed', '--phase', 'succeeded', '--json')
      .json as RunView[]
    expect(failed.map((run) => run.phase)).toEqual(Array.from({ length: 6 }, () => 'succeeded'))

    const { status, stderr } = hagane('ls', '--columns', 'nonsense')
    expect([status, stderr.trim()]).toEqual([
      2,
      'filter, column 1: there is no field nonsense; did you mean p.NAME, m.NAME?',
    ])
  })

  it('`hagane events` prints the whole history or the requested number of lines', () => {
    const lines = (...args: string[]) =>
      hagane('events', ...args)
        .stdout.trim()
        .split('\n')

    const all = lines()
    const newest = hagane('ls', '-n', '1', '--json').json as RunView[]
    expect([all[0]!.includes('sweep.created'), all.some((line) => line.includes(`#${newest[0]!.number}`))]).toEqual([
      true,
      true,
    ])
    expect(lines('-n', '3')).toEqual(all.slice(0, 3))
  })

  it('A command whose reader closes the pipe ends without an error', () => {
    const { status, stderr } = spawnSync(
      '/bin/sh',
      ['-c', `'${process.execPath}' '${MAIN}' events | head -n 1; '${process.execPath}' '${MAIN}' show 1 | true`],
      {
        cwd: work,
        encoding: 'utf8',
        env: { HOME: folder, PATH: process.env['PATH'], HAGANE_DATA: dataDir, LANG: 'C' },
      },
    )
    expect([status, stderr]).toEqual([0, ''])
  })

  it('`hagane run --wait` ends with status 1 when the run fails', () => {
    const { status, stderr } = hagane(
      'run',
      '-f',
      write('fail.yml', 'version: 1\nkind: experiment\nrun: {cmd: no-such-program}\n'),
      '--wait',
    )
    expect([status, stderr.includes('the command was not found')]).toEqual([1, true])
  })

  it('A notebook or tensorboard passes `hagane check`, and `hagane run` refuses it', () => {
    const notebook = write('notebook.yml', 'version: 1\nkind: notebook\nbuild: {image: jupyter}\n')
    const board = write('board.yml', 'version: 1\nkind: tensorboard\nbuild: {image: tensorboard}\n')
    for (const file of [notebook, board]) {
      expect(hagane('check', '-f', file).status).toBe(0)
      const { status, stderr } = hagane('run', '-f', file)
      expect([status, /cannot be run yet/.test(stderr), /^error .*image/m.test(stderr)]).toEqual([2, true, false])
    }
  })

  it('A run whose environment cannot be built fails with the output of the failing step', () => {
    const file = write(
      'broken.yml',
      'version: 1\nkind: job\nbuild: {image: x, build_steps: ["echo no such package >&2; exit 3"]}\nrun: {cmd: "true"}\n',
    )
    const { status, stderr } = hagane('run', '-f', file, '--wait')
    expect([status, /could not be built: #\d+: no such package$/m.test(stderr)]).toEqual([1, true])
  })

  it('An upload of code leaves out data directories wherever they lie', () => {
    const project = join(folder, 'project')
    mkdirSync(join(project, 'data', 'runs'), { recursive: true })
    for (const name of ['train.py', 'data/token', 'data/secret', 'data/lock.db', 'data/runs/model'])
      writeFileSync(join(project, name), name)
    expect(hagane('upload', '--workdir', project, '--json').json).toMatchObject({ files: 1, sizeBytes: 8 })
  })

  it('`hagane check` merges several files and parameters', () => {
    const base = write(
      'base.yml',
      'version: 1\nkind: experiment\nparams: {a: 1, b: {c: 1, d: 2}}\nrun: {cmd: "echo {{ a }} {{ b }}"}\n',
    )
    const over = write('over.yml', 'params: {b: {c: 9}}\n')
    expect(hagane('check', '-f', base, '-f', over, '-P', 'a=0.5', '--json').json).toMatchObject({
      commands: ["echo 0.5 '{'\\''c'\\'': 9, '\\''d'\\'': 2}'"],
    })
    expect(hagane('check', '-f', base, '--params', 'a=7', '--json').json).toMatchObject({ params: [{ a: 7 }] })
  })

  it('A sweep stops once a trial meets the condition of its early stopping', () => {
    write(
      'climb.py',
      'import sys, time\nfrom hagane import Experiment\ne = Experiment()\nfor i in range(400):\n    e.log_metrics(acc=i / 100.0 * float(sys.argv[1]))\n    time.sleep(0.02)\n',
    )
    const file = write(
      'early.yml',
      'version: 1\nkind: group\nhptuning:\n  concurrency: 3\n  metric: {name: acc}\n  matrix: {a: {range: [1, 60, 1]}}\n  random_search: {n_experiments: 50}\n  early_stopping:\n    - {metric: acc, value: 0.9, optimization: maximize}\nrun: {cmd: "python climb.py {{ a }}"}\n',
    )

    hagane('run', '-f', file, '--wait')
    const sweep = (hagane('ls', '--sweeps', '--json').json as SweepView[])[0]!
    expect(sweep).toMatchObject({ phase: 'stopped', reason: 'EarlyStopping' })
    expect(sweep.best!.value).toBeGreaterThanOrEqual(0.9)
    expect(sweep.counts.queued ?? 0).toBe(0)
    expect(sweep.counts.stopped).toBeGreaterThan(0)
  })

  it('A trial whose command cannot be computed fails, and the others run', () => {
    const file = write(
      'divide.yml',
      'version: 1\nkind: group\nhptuning: {matrix: {a: {values: [1, 0, 2]}}}\nrun: {cmd: "echo {{ 1 / a }}"}\n',
    )
    const { number } = hagane('run', '-f', file, '--wait', '--json').json as { number: number }
    const trials = hagane('ls', '--sweep', String(number), '--json').json as RunView[]
    expect(trials.map((run) => run.phase)).toEqual(['succeeded', 'failed', 'succeeded'])
    expect(trials[1]).toMatchObject({ params: { a: 0 }, message: expect.stringContaining('division by zero') })
  })

  it('`hagane sync` sends the records that an offline script kept', () => {
    // The spool may still contain records of trials that an earlier test stopped.
    hagane('sync')
    write(
      'offline.py',
      'from hagane import Experiment\nwith Experiment(name="offline") as e:\n    e.log_metrics(loss=float("inf"))\n    e.log_params(lr=0.1)\n',
    )

    const script = spawnSync('python3', ['offline.py'], {
      cwd: work,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        HAGANE_DATA: dataDir,
        HAGANE_OFFLINE: '1',
        PYTHONPATH: join(import.meta.dirname, '../../../clients/python'),
      },
    })
    expect(script.status, script.stderr).toBe(0)
    expect(hagane('sync', '--json').json).toMatchObject({ writers: 1, pending: 0 })

    const [run] = hagane('ls', '--json', '-n', '1').json as RunView[]
    expect(run).toMatchObject({
      name: 'offline',
      phase: 'succeeded',
      params: { lr: 0.1 },
      metrics: { loss: { last: 'Infinity' } },
    })
    expect(hagane('sync', '--json').json).toMatchObject({ writers: 0 })
  })

  it('A script that was started by hand is recorded as a run', () => {
    write('by-hand.py', 'from hagane import Job\nj = Job()\nj.log_metrics(rows=5)\nraise ValueError("broken")\n')
    spawnSync('python3', ['by-hand.py'], {
      cwd: work,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        HAGANE_DATA: dataDir,
        PYTHONPATH: join(import.meta.dirname, '../../../clients/python'),
      },
    })
    const [run] = hagane('ls', '--json', '-n', '1').json as RunView[]
    expect(run).toMatchObject({ kind: 'job', phase: 'failed', reason: 'Reported', metrics: { rows: { last: 5 } } })
  })

  it('Runs get separate GPUs and one thread per requested core, and a waiting run states its reason', () => {
    hagane('down')
    const env = { HAGANE_GPUS: '4,7' }

    const text = (gpu: number, name: string) =>
      write(
        name,
        `version: 1\nkind: experiment\nenvironment: {resources: {gpu: {limits: ${gpu}}, cpu: {requests: 1}}}\nrun: {cmd: 'echo "gpus=$CUDA_VISIBLE_DEVICES threads=$OMP_NUM_THREADS"; until [ -e ${join(work, 'go')} ]; do sleep 0.1; done'}\n`,
      )

    const numbers = [text(1, 'g1.yml'), text(1, 'g2.yml'), text(3, 'g3.yml')].map(
      (file) => (haganeWith(env, 'run', '-f', file, '--json').json as { number: number }).number,
    )
    // The runs wait for this file, so that the first two run at the same time even if they are submitted slowly.
    write('go', '')
    const outputs = numbers.slice(0, 2).map((number) => hagane('logs', String(number), '--follow').stdout.trim())
    expect(outputs.sort()).toEqual(['gpus=4 threads=1', 'gpus=7 threads=1'])

    const waiting = hagane('show', String(numbers[2]), '--json').json as RunView
    expect([waiting.phase, waiting.waiting]).toEqual(['queued', 'asks for 3 gpu, the machine has 2'])
    expect(haganeWith({ LANG: 'ja_JP.UTF-8' }, 'show', String(numbers[2])).stdout).toContain(
      'マシンには 2 しかありません',
    )

    hagane('stop', String(numbers[2]))
  })

  it('Only the owner can read files with secrets, and the token is in no log and no database', () => {
    for (const name of ['token', 'secret', 'server.json'])
      expect([name, statSync(join(dataDir, name)).mode & 0o077]).toEqual([name, 0])
    expect(statSync(dataDir).mode & 0o077).toBe(0)
    const token = readFileSync(join(dataDir, 'token'), 'utf8').trim()
    expect(readFileSync(join(dataDir, 'server.log'), 'utf8')).not.toContain(token)
    expect(readFileSync(join(dataDir, 'hagane.db')).includes(token)).toBe(false)
  })
})
