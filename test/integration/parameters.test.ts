import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { CheckView } from '../../src/contract/routes.ts'
import type { RunDetailView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { startTestServer, until } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

let server: TestServer
let folder: string

// Says what it was given, then logs more than a variable of a process holds and another value for what it was given.
const SCRIPT = `
import os, sys
from hagane import Experiment, get_params
e = Experiment()
given = get_params()
print("given", sorted(given), given["lr"], len(given.get("text", "")), flush=True)
e.log_params({"config": {"layer%d" % i: "x" * 100 for i in range(2000)}, "lr": 99})
e.log_metrics(step=1, acc=1.0)
sys.exit(int(os.environ.get("HAGANE_ATTEMPT")) < int(sys.argv[1]))
`

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hagane-params-'))
  writeFileSync(join(folder, 'train.py'), SCRIPT)
  server = await startTestServer()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const getRun = async (number: number): Promise<RunDetailView> => (await server.call<RunDetailView>('GET', `/runs/${number}`)).body
const logOf = async (number: number, attempt = 1): Promise<string> => (await server.call<string>('GET', `/runs/${number}/logs?attempt=${attempt}`)).body
const hasEnded = (number: number) => until(async () => ['succeeded', 'failed', 'stopped'].includes((await getRun(number)).phase))

const document = (params: string, succeedsFrom = 1): string =>
  `version: 1\nkind: experiment\nparams: ${params}\nenvironment: {max_restarts: 1}\nrun: {cmd: "python train.py ${succeedsFrom}"}`

describe('parameters of an attempt', () => {
  it('are what the run was given, whatever its scripts have logged: retried, restarted, copied or resumed', async () => {
    const { number } = await server.submit(document('{lr: 0.1}', 2), folder)
    await hasEnded(number)
    expect([await logOf(number, 1), await logOf(number, 2)]).toEqual(["given ['lr'] 0.1 0\n", "given ['lr'] 0.1 0\n"])
    expect(await getRun(number)).toMatchObject({ phase: 'succeeded', params: { lr: 99, config: { layer0: 'x'.repeat(100) } } })
    for (const how of ['restart', 'copy', 'resume']) {
      const again = (await server.call<{ number: number }>('POST', `/runs/${number}/${how}`, {})).body.number
      await hasEnded(again)
      expect([how, (await getRun(again)).phase, (await logOf(again, 1)).split('\n')[0]]).toEqual([how, 'succeeded', "given ['lr'] 0.1 0"])
    }
    const changed = (await server.call<{ number: number }>('POST', `/runs/${number}/restart`, { params: { lr: '0.5' } })).body.number
    await hasEnded(changed)
    expect((await logOf(changed, 1)).split('\n')[0]).toBe("given ['lr'] 0.5 0")
  })

  it('are those of its rung in a search that promotes trials, though each has logged a large configuration', async () => {
    const search =
      'hptuning: {concurrency: 4, seed: 3, hyperband: {max_iter: 4, eta: 2, resource: {name: epochs, type: int}, metric: {name: acc, optimization: maximize}}'
    const { number } = await server.submit(
      `version: 1\nkind: group\n${search}, matrix: {lr: {uniform: [0, 1]}}}\nrun: {cmd: "python train.py 1 {{ lr }} {{ epochs }}"}`,
      folder,
    )
    await until(async () => (await server.call<SweepView>('GET', `/sweeps/${number}`)).body.phase !== 'running')
    const { runs } = (await server.call<{ runs: RunDetailView[] }>('GET', `/runs?sweep=${number}&limit=100`)).body
    expect([runs.length > 4, runs.filter(({ phase }) => phase !== 'succeeded')]).toEqual([true, []])
    const promoted = runs.find(({ attemptCount }) => attemptCount > 1)!
    expect(await logOf(promoted.number, promoted.attemptCount)).toMatch(/^given \['epochs', 'lr'\] 0\.\d+ 0\n/)
  })

  it('may be longer than a variable of a process', async () => {
    const { number } = await server.submit(document(`{lr: 0.1, text: ${'é'.repeat(200_000)}}`), folder)
    await hasEnded(number)
    expect(await logOf(number)).toBe("given ['lr', 'text'] 0.1 200000\n")
  })
})

describe('a command', () => {
  it.each([
    ['a value', `params: {text: "${'x'.repeat(139_999)}!"}\nrun: {cmd: "echo {{ text }} é"}`, /a value in the command has 140000 bytes/],
    ['a text', `run: {cmd: "echo ${'é'.repeat(70_000)}"}`, /the command has 140005 bytes/],
    ['a variable', `build: {image: a, env_vars: [[LONG, ${'é'.repeat(70_000)}]]}\nrun: {cmd: "true"}`, /the variable LONG has 140005 bytes/],
    ['many values', `params: {text: "${'a b'.repeat(40_000)}"}\nrun: {cmd: "echo ${'{{ text }} '.repeat(10)}"}`, /has 1200\d\d\d bytes/],
  ])('with %s that no system starts is refused before it is submitted', async (_, rest, message) => {
    const text = `version: 1\nkind: experiment\n${rest}`
    const { status, body } = await server.call<CheckView>('POST', '/checks', { sources: [{ file: 'a.yml', text }] })
    expect([status, JSON.stringify(body)]).toEqual([expect.any(Number), expect.stringMatching(message)])
  })

  it('with a value just as long as a system takes runs', async () => {
    const cmd = 'python -c \\"import sys; print(len(sys.argv[1]))\\" {{ text }}'
    const { number } = await server.submit(`version: 1\nkind: experiment\nparams: {text: "${'a'.repeat(131_070)}!"}\nrun: {cmd: "${cmd}"}`, folder)
    await hasEnded(number)
    expect(await logOf(number)).toBe('131071\n')
  })
})
