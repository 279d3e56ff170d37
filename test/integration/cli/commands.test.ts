import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { ProjectView } from '../../../src/contract/project.ts'
import type { RunDetailView, RunView } from '../../../src/contract/run.ts'
import { createCliFolder } from '../../support/cli.ts'
import type { CliResult, CliFolder } from '../../support/cli.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'

let server: TestServer
let work: CliFolder
const hagane = (...args: string[]): Promise<CliResult> => work.hagane(...args)

const TRAIN = `
import os
from hagane import Experiment
e = Experiment()
for step in range(40):
    e.log_metrics(step=step, loss=1 / (step + 1), f1=step / 40)
with open(os.path.join(e.outputs_path, "model.txt"), "w") as file:
    file.write("model")
`

beforeAll(async () => {
  server = await startTestServer()
  work = createCliFolder(server)
  work.write('train.py', TRAIN)
  work.write('run.yml', 'version: 1\nkind: experiment\nparams: {lr: 0.1}\nrun: {cmd: python train.py}\n')

  for (const name of ['first', 'second']) {
    const { status, stderr } = await hagane(
      'run',
      '-f',
      'run.yml',
      '--name',
      name,
      '--tags',
      `${name}, all`,
      '--note',
      'a note',
      '-P',
      `lr=${name === 'first' ? 0.1 : 0.2}`,
      '--wait',
    )
    if (status !== 0) throw new Error(stderr)
  }
})
afterAll(async () => {
  work[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
})

describe('lists of runs', () => {
  it("`hagane ls` filters in Hagane's and Polyaxon's form, sorts, and prints columns and a count", async () => {
    const { stdout, stderr } = await hagane(
      'ls',
      '-q',
      'm.f1 > 0.5 and t.all',
      '-s',
      '-p.lr',
      '--columns',
      'name,p.lr,m.loss.min,m.f1.max,duration,tag',
      '--count',
    )
    const lines = stdout.trim().split('\n')
    expect(lines[0]).toMatch(/^#\s+NAME\s+P\.LR\s+M\.LOSS\.MIN\s+M\.F1\.MAX\s+DURATION\s+TAG$/)
    expect(lines[1]).toMatch(/^2\s+second\s+0\.2\s+0\.025\s+0\.975\s+[\d.]+ s\s+second,all$/)
    expect([lines.length, stderr.trim()]).toEqual([3, '2 run(s) match'])
    expect(
      ((await hagane('ls', '--query', 'params.lr:0.1, status:succeeded', '--json')).json as RunView[]).map(
        (run) => run.name,
      ),
    ).toEqual(['first'])

    const wrong = await hagane('ls', '-q', 'phse = failed')
    expect([wrong.status, wrong.stderr.trim()]).toEqual([
      2,
      'filter, column 1: there is no field phse; did you mean phase?',
    ])
    expect((await hagane('ls', '-q', 'm.los > 1')).stderr).toContain('no run has m.los → m.loss')
  })

  it('A list is saved, used and removed as a saved view', async () => {
    expect((await hagane('view', 'save', 'best', '-q', 'm.f1 > 0', '-s', 'p.lr', '--columns', 'p.lr')).status).toBe(0)
    expect((await hagane('ls', '--view', 'best')).stdout.trim().split('\n').at(1)).toMatch(/^1\s+0\.1$/)
    expect((await hagane('ls', '--view', 'best', '-q', 'p.lr > 0.15', '--json')).json).toHaveLength(1)
    expect(await hagane('ls', '--view', 'none')).toMatchObject({ status: 4 })
    expect((await hagane('view', 'rm', 'best')).stdout).toContain('nothing')
  })
})

describe('charts', () => {
  it('`hagane metrics --plot` draws several runs in one chart in the terminal', async () => {
    const { status, stdout } = await hagane('metrics', '1', 'loss', '--plot', '--with', '2')
    expect(status).toBe(0)
    expect(stdout).toMatch(/[\u2801-\u28ff]/)
    expect(stdout).toContain('#1 first')
    expect(stdout).toContain('#2 second')
    expect((await hagane('metrics', '1', 'none', '--plot')).status).toBe(4)
  })
})

describe('a run', () => {
  it('`hagane show` prints all about a run, and `hagane artifacts` fetches its files', async () => {
    const { stdout } = await hagane('show', '1')
    for (const text of ['first', 'a note', 'first all', 'ran on Python', 'code ', 'model.txt'])
      expect(stdout).toContain(text)
    expect((await hagane('artifacts', '1')).stdout).toContain('model.txt')
    expect((await hagane('artifacts', '1', '--to', 'fetched')).stdout.trim()).toBe('fetched/model.txt')
    expect(readFileSync(join(work.folder, 'fetched', 'model.txt'), 'utf8')).toBe('model')
    expect((await hagane('artifacts', '1', 'none')).status).toBe(4)
  })

  it('A run is changed, restarted, copied, deleted and restored by commands', async () => {
    expect((await hagane('update', '2', '--name', 'renamed', '--tags', 'x')).status).toBe(0)
    expect((await hagane('show', '2', '--json')).json).toMatchObject({ name: 'renamed', tags: ['x'], note: 'a note' })
    expect((await hagane('update', '2')).status).toBe(2)

    const restarted = (await hagane('restart', '2', '-P', 'lr=0.3', '--json')).json as { number: number }
    await waitUntil(
      async () =>
        ((await hagane('show', String(restarted.number), '--json')).json as RunDetailView).phase === 'succeeded',
    )
    expect((await hagane('show', String(restarted.number), '--json')).json).toMatchObject({
      params: { lr: 0.3 },
      origin: { kind: 'restarts', run: 2 },
    })

    const copied = (await hagane('restart', '2', '--copy', '--json')).json as { number: number }
    expect((await hagane('show', String(copied.number), '--json')).json).toMatchObject({
      origin: { kind: 'copies', run: 2 },
    })

    expect(await hagane('delete', String(restarted.number))).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('hagane trash restore'),
    })
    expect((await hagane('trash', 'ls')).stdout).toMatch(new RegExp(`^${restarted.number}\\s`, 'm'))
    expect((await hagane('trash', 'restore', String(restarted.number))).status).toBe(0)
    expect((await hagane('trash', 'ls')).stdout.trim()).toBe('nothing to show')
  })

  it('A command that changes many runs needs --yes where it cannot ask a person', async () => {
    expect((await hagane('delete', '-q', 'p.lr > 0', '--dry-run')).stderr).toMatch(/^\d+ run\(s\) match/)
    expect(await hagane('delete', '-q', 'p.lr > 0')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--yes'),
    })
    expect((await hagane('delete', '-q', 'p.lr = 0.3', '--yes', '--json')).json).toEqual({ matched: 1, changed: 1 })
    expect(await hagane('trash', 'empty')).toMatchObject({ status: 2 })
    expect((await hagane('trash', 'empty', '-y', '--json')).json).toMatchObject({ runs: 1 })
    expect((await hagane('stop')).status).toBe(2)
  })

  it('A run is paused and resumed by commands', async () => {
    work.write('sleep.yml', 'version: 1\nkind: experiment\nrun: {cmd: sleep 100}\n')
    const { number } = (await hagane('run', '-f', 'sleep.yml', '--json')).json as { number: number }
    const phase = async () => ((await hagane('show', String(number), '--json')).json as RunDetailView).phase
    await waitUntil(async () => (await phase()) === 'running')
    expect((await hagane('pause', String(number))).status).toBe(0)
    await waitUntil(async () => (await phase()) === 'paused')
    expect((await hagane('resume', String(number), '--json')).json).toEqual({ kind: 'run', number })
    await waitUntil(async () => (await phase()) === 'running')
    await hagane('stop', String(number))
  })

  it('`hagane run --log` prints the output of a run, and `hagane events` its history', async () => {
    work.write('say.yml', 'version: 1\nkind: experiment\nrun: {cmd: "echo one; sleep 0.5; echo two"}\n')
    expect((await hagane('run', '-f', 'say.yml', '--log')).stdout).toContain('one\ntwo\n')
    const { stdout } = await hagane('events', '--run', '1')
    expect(stdout).toMatch(/run\.created\s+#1\s+person/)
    expect(stdout).toMatch(/run\.ended\s+#1\s+platform/)
  })
})

describe('projects', () => {
  it('A project is created, chosen for a folder, given a direction, deleted and restored', async () => {
    expect((await hagane('project', 'create', 'fraud', '--description', 'about fraud')).status).toBe(0)
    expect((await hagane('project', 'use', 'fraud')).status).toBe(0)

    const { number } = (await hagane('run', '-f', 'run.yml', '--json')).json as { number: number }
    expect((await hagane('show', String(number), '--json')).json).toMatchObject({ project: 'fraud' })
    expect(((await hagane('ls', '--json')).json as RunView[]).map((run) => run.number)).toEqual([number])
    expect(((await hagane('ls', '-p', 'default', '--json')).json as RunView[]).length).toBeGreaterThan(1)
    expect((await hagane('project', 'metric', 'loss', 'minimize', '--json')).json).toMatchObject({
      name: 'fraud',
      directions: { loss: 'minimize' },
    })
    expect(await hagane('project', 'metric', 'loss', 'sideways')).toMatchObject({ status: 2 })
    expect(((await hagane('project', 'ls', '--json')).json as ProjectView[]).map((item) => item.name)).toEqual([
      'default',
      'fraud',
    ])

    expect((await hagane('project', 'delete', 'fraud', '-y')).status).toBe(0)
    expect((await hagane('run', '-f', 'run.yml')).status).toBe(4)
    expect((await hagane('project', 'restore', 'fraud')).status).toBe(0)
  })
})

describe('a login', () => {
  it('A login that works is stored in a private file, which `hagane logout` removes', async () => {
    const env = { HAGANE_HOST: '', HAGANE_DATA: join(work.folder, 'elsewhere') }
    const login = (input: string, host = server.url) => work.haganeWith({ env, input }, 'login', '--host', host)
    expect((await login('wrong')).status).toBe(6)
    expect((await work.haganeWith({ env }, 'whoami')).status).toBe(5)
    expect((await login(`${server.readToken()}\n`)).status).toBe(0)

    const file = join(work.folder, '..', '.config', 'hagane', 'login.json')
    expect(statSync(file).mode & 0o077).toBe(0)
    expect((await work.haganeWith({ env }, 'whoami', '--json')).json).toMatchObject({ url: server.url })
    expect((await work.haganeWith({ env }, 'ls', '-n', '1', '--json')).json).toHaveLength(1)

    await work.haganeWith({ env }, 'logout')
    expect(existsSync(file)).toBe(false)
    expect((await login('x', 'nonsense')).status).toBe(2)
  })
})

describe('the doctor', () => {
  it('`hagane doctor` checks the machine and the server, and finds an output file that has changed', async () => {
    const well = await hagane('doctor', '--deep', '--json')
    expect(well.json).toMatchObject({ ok: true })
    writeFileSync(join(server.dataDir, 'runs', '1', 'outputs', 'model.txt'), 'tampered')
    const { status, stdout } = await hagane('doctor', '--deep')
    expect([status, stdout]).toEqual([1, expect.stringContaining('#1 model.txt: changed')])
    rmSync(join(server.dataDir, 'runs', '1', 'outputs', 'model.txt'))
    const japanese = await work.haganeWith({ env: { LANG: 'ja_JP.UTF-8' } }, 'doctor', '--deep')
    expect(japanese.stdout).toContain('#1 model.txt がありません')
  })
})

describe('help', () => {
  it('Help has examples and is printed in the language that LANG names', async () => {
    const english = await hagane('ls', '--help')
    expect(english.stdout).toContain('hagane ls --filter "phase = failed and created > -7d"')
    const japanese = await work.haganeWith({ env: { LANG: 'ja_JP.UTF-8' } }, 'ls', '--help')
    expect(japanese.stdout).toContain('実行を新しい順に一覧する')
    expect((await work.haganeWith({ env: { LANG: 'ja_JP.UTF-8' } }, 'delete', '1', '--dry-run')).stderr).toContain(
      '1 件が条件に合います',
    )
    expect((await hagane('--help')).stdout).not.toContain('undefined')
  })
})
