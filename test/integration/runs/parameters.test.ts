import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { CheckView } from '../../../src/contract/routes/submissions.ts'
import type { RunDetailView } from '../../../src/contract/run.ts'
import { createCliFolder } from '../../support/cli.ts'
import { waitUntil } from '../../support/server.ts'
import { useServer } from '../../support/used-server.ts'

const used = useServer()
let folder: string

// Prints its given parameters. Then logs more than an environment variable can hold, and another value of `lr`.
// Fails in attempts before the one that its first argument names.
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

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hagane-params-'))
  writeFileSync(join(folder, 'train.py'), SCRIPT)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const waitForEnd = (number: number) => used.waitForPhase(number, 'succeeded', 'failed', 'stopped')

const document = (params: string, succeedsFrom = 1): string =>
  `version: 1\nkind: experiment\nparams: ${params}\nenvironment: {max_restarts: 1}\nrun: {cmd: "python train.py ${succeedsFrom}"}`

describe('parameters of an attempt', () => {
  it('A retried, restarted, copied or resumed attempt gets the given parameters, not the logged ones', async () => {
    const { number } = await used.server.submit(document('{lr: 0.1}', 2), folder)
    await waitForEnd(number)
    expect([await used.readLog(number, 1), await used.readLog(number, 2)]).toEqual([
      "given ['lr'] 0.1 0\n",
      "given ['lr'] 0.1 0\n",
    ])
    expect(await used.getRun(number)).toMatchObject({
      phase: 'succeeded',
      params: { lr: 99, config: { layer0: 'x'.repeat(100) } },
    })

    for (const how of ['restart', 'copy', 'resume']) {
      const again = (await used.server.call<{ number: number }>('POST', `/runs/${number}/${how}`, {})).body.number
      await waitForEnd(again)
      expect([how, (await used.getRun(again)).phase, (await used.readLog(again, 1)).split('\n')[0]]).toEqual([
        how,
        'succeeded',
        "given ['lr'] 0.1 0",
      ])
    }

    const changed = (
      await used.server.call<{ number: number }>('POST', `/runs/${number}/restart`, { params: { lr: '0.5' } })
    ).body.number
    await waitForEnd(changed)
    expect((await used.readLog(changed, 1)).split('\n')[0]).toBe("given ['lr'] 0.5 0")
  })

  it('A promoted trial gets the parameters of its rung although it has logged a large configuration', async () => {
    const search =
      'hptuning: {concurrency: 4, seed: 3, hyperband: {max_iter: 4, eta: 2, resource: {name: epochs, type: int}, metric: {name: acc, optimization: maximize}}'
    const { number } = await used.server.submit(
      `version: 1\nkind: group\n${search}, matrix: {lr: {uniform: [0, 1]}}}\nrun: {cmd: "python train.py 1 {{ lr }} {{ epochs }}"}`,
      folder,
    )
    await waitUntil(async () => (await used.getSweep(number)).phase !== 'running')
    const { runs } = (await used.server.call<{ runs: RunDetailView[] }>('GET', `/runs?sweep=${number}&limit=100`)).body
    expect([runs.length > 4, runs.filter(({ phase }) => phase !== 'succeeded')]).toEqual([true, []])

    const promoted = runs.find(({ attemptCount }) => attemptCount > 1)!
    expect(await used.readLog(promoted.number, promoted.attemptCount)).toMatch(/^given \['epochs', 'lr'\] 0\.\d+ 0\n/)
  })

  it('Parameters may be longer than an environment variable can be', async () => {
    const { number } = await used.server.submit(document(`{lr: 0.1, text: ${'é'.repeat(200_000)}}`), folder)
    await waitForEnd(number)
    expect(await used.readLog(number)).toBe("given ['lr', 'text'] 0.1 200000\n")
  })
})

describe('numbers in parameters', () => {
  const LONG = `1${'0'.repeat(400)}`
  // Integers that no float can represent, and floats that JSON cannot.
  const YAML = `{mask: 0xFFFFFFFFFFFFFFFF, seed: 12345678901234567890, long: ${LONG}, top: .inf, low: -.inf, none: .nan, rate: 1.0, deep: [9223372036854775807]}`

  it('Numbers from documents and scripts keep every digit in commands, get_params() and answers', async () => {
    writeFileSync(
      join(folder, 'digits.py'),
      `
import math, sys
from hagane import Experiment, get_params
print(sys.argv[1:])
given = get_params()
print(given["mask"] == 2**64 - 1, given["seed"], given["long"] == 10**400, given["top"], given["low"], math.isnan(given["none"]), repr(given["rate"]), given["deep"])
Experiment().log_params(torch_seed=2**63 - 1, entropy=2**128 + 1, logged=10**400, nan=float("nan"), inf=float("inf"), deep={"low": [-float("inf"), -2**64]})
`,
    )

    const cmd = 'python digits.py {{ mask }} {{ seed }} {{ deep }}'
    const { number } = await used.server.submit(
      `version: 1\nkind: experiment\nparams: ${YAML}\nrun: {cmd: "${cmd}"}`,
      folder,
    )
    await waitForEnd(number)
    expect(await used.readLog(number)).toBe(
      "['18446744073709551615', '12345678901234567890', '[9223372036854775807]']\nTrue 12345678901234567890 True inf -inf True 1.0 [9223372036854775807]\n",
    )

    const given = '"mask":18446744073709551615,"seed":12345678901234567890,'
    const logged = `"torch_seed":9223372036854775807,"entropy":340282366920938463463374607431768211457,"logged":${LONG},"nan":"NaN","inf":"Infinity"`
    const headers = { authorization: `Bearer ${used.server.readToken()}` }
    for (const path of [`/runs/${number}`, `/runs?filter=${encodeURIComponent('p.torch_seed > 9e18')}&limit=5`]) {
      const text = await (await fetch(`${used.server.url}/api/v1${path}`, { headers })).text()
      expect([
        text.includes(given),
        text.includes(logged),
        text.includes('"low":"-Infinity"'),
        text.includes('["-Infinity",-18446744073709551616]'),
      ]).toEqual([true, true, true, true])
    }

    using place = createCliFolder(used.server)
    for (const words of [
      ['show', String(number)],
      ['ls', '-n', '5'],
    ]) {
      const { stdout } = await place.hagane(...words, '--json')
      expect([words[0], stdout.includes(given), stdout.includes(logged)]).toEqual([words[0], true, true])
    }

    expect((await place.hagane('show', String(number))).stdout).toMatch(/torch_seed\s*=?\s*9223372036854775807/)
  })

  it('Numbers keep every digit as values of a matrix and as texts of a restart', async () => {
    const { number } = await used.server.submit(
      'version: 1\nkind: group\nhptuning: {matrix: {seed: {values: [12345678901234567890, 12345678901234567891]}}}\nrun: {cmd: "echo {{ seed }}"}',
      folder,
    )
    await waitUntil(async () => (await used.getSweep(number)).phase !== 'running')
    const { runs } = (await used.server.call<{ runs: RunDetailView[] }>('GET', `/runs?sweep=${number}&sort=number`))
      .body
    expect(await Promise.all(runs.map(async (run) => await used.readLog(run.number)))).toEqual([
      '12345678901234567890\n',
      '12345678901234567891\n',
    ])

    const trials = await (
      await fetch(`${used.server.url}/api/v1/sweeps/${number}/trials`, {
        headers: { authorization: `Bearer ${used.server.readToken()}` },
      })
    ).text()
    expect(trials).toContain('"params":{"seed":[12345678901234567890,12345678901234567891]}')

    const again = (
      await used.server.call<{ number: number }>('POST', `/runs/${runs[0]!.number}/restart`, {
        params: { seed: '18446744073709551616' },
      })
    ).body.number
    await waitForEnd(again)
    expect(await used.readLog(again)).toBe('18446744073709551616\n')
  })
})

describe('a command', () => {
  it.each([
    [
      'a value',
      `params: {text: "${'x'.repeat(139_999)}!"}\nrun: {cmd: "echo {{ text }} é"}`,
      /a value in the command has 140000 bytes/,
    ],
    ['a text', `run: {cmd: "echo ${'é'.repeat(70_000)}"}`, /a word of the command has 140000 bytes/],
    [
      'a variable',
      `build: {image: a, env_vars: [[LONG, ${'é'.repeat(70_000)}]]}\nrun: {cmd: "true"}`,
      /the variable LONG has 140005 bytes/,
    ],
    [
      'many values',
      `params: {text: "${'a b'.repeat(40_000)}"}\nrun: {cmd: "echo ${'{{ text }} '.repeat(10)}"}`,
      /has 1200\d\d\d bytes/,
    ],
  ])('A command with %s too long for any system is refused before it is submitted', async (_, rest, message) => {
    const text = `version: 1\nkind: experiment\n${rest}`
    const { status, body } = await used.server.call<CheckView>('POST', '/checks', {
      sources: [{ file: 'a.yml', text }],
    })
    expect([status, JSON.stringify(body)]).toEqual([expect.any(Number), expect.stringMatching(message)])
  })

  it('A command with many values may be longer in total than one argument can be', async () => {
    const cmd = `python -c \\"import sys; print([len(word) for word in sys.argv[1:]])\\" ${'{{ text }} '.repeat(3)}; exit 7`
    const { number } = await used.server.submit(
      `version: 1\nkind: experiment\nparams: {text: "${"it's ".repeat(20_000)}"}\nrun: {cmd: "${cmd}"}`,
      folder,
    )
    await waitForEnd(number)
    expect(await used.getRun(number)).toMatchObject({ phase: 'failed', message: 'the program ended with status 7' })
    expect(await used.readLog(number)).toBe('[100000, 100000, 100000]\n')
  })

  it('A command with a value of the greatest allowed length runs', async () => {
    const cmd = 'python -c \\"import sys; print(len(sys.argv[1]))\\" {{ text }}'
    const { number } = await used.server.submit(
      `version: 1\nkind: experiment\nparams: {text: "${'a'.repeat(131_070)}!"}\nrun: {cmd: "${cmd}"}`,
      folder,
    )
    await waitForEnd(number)
    expect(await used.readLog(number)).toBe('131071\n')
  })
})
