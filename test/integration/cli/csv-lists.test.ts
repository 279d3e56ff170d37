import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createCliFolder } from '../../support/cli.ts'
import type { CliResult, CliFolder } from '../../support/cli.ts'
import { startTestServer } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'

let server: TestServer
let work: CliFolder
const hagane = (...args: string[]): Promise<CliResult> => work.hagane(...args)

const TRAIN = `
import sys
from hagane import Experiment
e = Experiment()
e.log_metrics(step=0, **{"val loss": 0.5, "train/loss": 1e300, "a,b": 1})
e.log_metrics(step=1, **{"val loss": float(sys.argv[1]) / 3, "train/loss": 5e-324, "a,b": float("nan")})
`

beforeAll(async () => {
  server = await startTestServer()
  work = createCliFolder(server)
  work.write('train.py', TRAIN)
  const params = `{lr: 0.1, note: "=1+1", "two, words": "a\\nb", list: [1, 2], seed: 7}`
  work.write('run.yml', `version: 1\nkind: experiment\nparams: ${params}\nrun: {cmd: "python train.py {{ lr }}"}\n`)
  work.write(
    'group.yml',
    'version: 1\nkind: group\nhptuning: {grid_search: {}, metric: {name: val loss, optimization: minimize}, matrix: {x: {values: [1, 2]}}}\nrun: {cmd: "python train.py {{ x }}"}\n',
  )

  for (const args of [['run.yml', '--name', '名前', '--tags', 'a,b'], ['group.yml']]) {
    const { status, stderr } = await hagane('run', '-f', ...args, '--wait')
    if (status !== 0) throw new Error(stderr)
  }
})
afterAll(async () => {
  work[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
})

const linesOf = ({ stdout }: CliResult): string[] => stdout.split('\r\n')

describe('a list as comma-separated values', () => {
  it('A CSV list has the requested columns, with every digit of numbers', async () => {
    const columns = 'number,name,p.lr,p.note,p."two, words",p.list,m."val loss",m."train/loss".max,m."a,b",tag,phase'
    const result = await hagane(
      'ls',
      '--csv',
      '--sort',
      'number',
      '--columns',
      columns,
      '--filter',
      'kind = experiment and sweep is missing',
    )
    expect(result).toMatchObject({ status: 0, stderr: '' })
    expect(linesOf(result)).toEqual([
      'number,name,p.lr,p.note,"p.""two, words""",p.list,"m.""val loss""",m.train/loss.max,"m.""a,b""",tag,phase',
      `1,名前,0.1,'=1+1,"a\nb","[1,2]",0.03333333333333333,1e+300,NaN,"a,b",succeeded`,
      '',
    ])
  })

  it('A CSV list without --columns has all columns and all runs, and its header is valid for --columns', async () => {
    const result = await hagane('ls', '--csv')
    const [head, ...rows] = linesOf(result)
    expect(rows).toHaveLength(3 + 1)
    for (const name of ['number', 'duration', 'environment', 'p.lr', 'p.x', '"m.""val loss"""'])
      expect(head!.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)).toContain(name)

    const columns = head!.replaceAll(/"((?:[^"]|"")*)"/g, (_, inner: string) => inner.replaceAll('""', '"'))
    expect(linesOf(await hagane('ls', '--csv', '--columns', columns))).toEqual([head, ...rows])
  })

  it('`hagane ls --sweeps` prints sweeps as CSV and with chosen columns', async () => {
    const result = await hagane('ls', '--sweeps', '--csv', '--columns', 'number,phase,succeeded,metric,value,p.x')
    expect(linesOf(result)).toEqual([
      'number,phase,succeeded,metric,value,p.x',
      '2,done,2,val loss,0.3333333333333333,1',
      '',
    ])

    expect(linesOf(await hagane('ls', '--sweeps', '--csv'))[0]).toMatch(/^number,name,.*,snapshot,p\.x$/)
    expect((await hagane('ls', '--sweeps', '--columns', 'metric,p.x')).stdout).toBe(
      '#  METRIC    P.X\n2  val loss  1\n',
    )
    expect(await hagane('ls', '--sweeps', '--columns', 'nosuch')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('nosuch'),
    })
  })

  it('A CSV list obeys --limit, may be empty, and refuses wrong options', async () => {
    expect(await hagane('ls', '--csv', '--limit', '1', '--columns', 'number', '-s', '-number')).toMatchObject({
      stdout: 'number\r\n4\r\n',
    })
    expect(await hagane('ls', '--csv', '--json')).toMatchObject({ status: 2 })
    expect(await hagane('ls', '--limit', 'many')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--limit'),
    })
    expect(await hagane('ls', '--csv', '-q', 'name = nobody', '--columns', 'number')).toMatchObject({
      status: 0,
      stdout: 'number\r\n',
    })
  })
})

describe('a field that no run has', () => {
  it.each([
    [['--sort', '-m.nosuch'], 'no run has m.nosuch\n'],
    [['--sort', 'm."val los"'], 'no run has m."val los" → m."val loss"\n'],
    [['--columns', 'm.nosuch,p.lr'], 'no run of this list has m.nosuch\n'],
    [['--columns', 'p."no, such".last', '--csv'], undefined],
    [['--columns', 'p."no, such"', '--csv'], 'no run of this list has p."no, such"\n'],
  ])('A field that no run has is reported on standard error: ls %j', async (args, expectedError) => {
    const { status, stderr } = await hagane('ls', ...args)
    if (expectedError === undefined) expect(status).toBe(2)
    else expect([status, stderr]).toEqual([0, expectedError])
  })
})

describe('the name of a metric', () => {
  it.each(['val loss', 'm."val loss"', 'm."val loss".min', "m.'val loss'"])(
    'A metric is found by the name %s',
    async (name) => {
      expect((await hagane('metrics', '1', name, '--json')).json).toHaveLength(2)
      expect(await hagane('metrics', '1', name, '--plot', '--with', '3')).toMatchObject({ status: 0 })
    },
  )

  it('Saved views and directions accept the same names of metrics', async () => {
    expect(await hagane('view', 'save', 'v', '--columns', 'm."a,b",p.lr', '-s', '-m."val loss"')).toMatchObject({
      status: 0,
    })
    expect((await hagane('ls', '--view', 'v')).stdout).toMatch(/^#\s+M\."A,B"\s+P\.LR\n/)
    expect(await hagane('view', 'save', 'w', '--columns', 'nosuch')).toMatchObject({ status: 2 })
    expect(await hagane('view', 'save', 'w', '-q', 'lr = 1')).toMatchObject({ status: 2 })
    expect((await hagane('project', 'metric', 'm."val loss"', 'minimize')).stdout).toContain('  val loss  minimize')
  })
})
