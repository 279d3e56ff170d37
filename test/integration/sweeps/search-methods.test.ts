import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { TrialsView } from '../../../src/contract/charts.ts'
import type { EventView } from '../../../src/contract/routes/events.ts'
import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import type { RunDetailView } from '../../../src/contract/run.ts'
import type { SweepInsightView, SweepView } from '../../../src/contract/sweep.ts'
import { createCliFolder } from '../../support/cli.ts'
import { readStoredSearch, expectReproducible } from '../../support/stored-search.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'
import { waitForSweepEnd } from '../../support/both-servers.ts'

let server: TestServer
let folder: string

beforeAll(async () => {
  server = await startTestServer({ env: { HAGANE_CONCURRENCY: '6' } })
  folder = mkdtempSync(join(tmpdir(), 'hagane-searches-'))
  for (const [name, text] of Object.entries(SCRIPTS)) writeFileSync(join(folder, name), text)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const SCRIPTS = {
  // The minimum is at x = 0.3, k = b. Points with x > 0.9 fail.
  'valley.py': `
import sys
from hagane import Experiment
x, k = float(sys.argv[1]), sys.argv[2]
if x > 0.9: sys.exit(3)
Experiment().log_metrics(loss=(x - 0.3) ** 2 + (0 if k == "b" else 0.2))
`,
  // Trains from its checkpoint to epoch `waitUntil`, one step per epoch, with a pause in seconds after each.
  'epochs.py': `
import os, sys, time
from hagane import Experiment
x, until, pause = float(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
experiment = Experiment()
folder = os.environ["HAGANE_CHECKPOINT_DIR"]
os.makedirs(folder, exist_ok=True)
path = os.path.join(folder, "epoch")
done = int(open(path).read()) if os.path.exists(path) else 0
print("from %d resumed=%s" % (done, os.environ["HAGANE_RESUMED"]))
for epoch in range(done + 1, until + 1):
    experiment.log_metrics(step=epoch, loss=abs(x - 0.3) + 1.0 / epoch)
    open(path, "w").write(str(epoch))
    time.sleep(pause)
`,
  // Has its lowest loss, |x - 0.3|, at the first step. The last loss is 5 - x, which orders the trials differently.
  'dip.py': `
import sys, time
from hagane import Experiment
x = float(sys.argv[1])
low = abs(x - 0.3)
experiment = Experiment()
for step, loss in [(1, low), (2, 3 - x), (3, 4 - x), (4, 5 - x)]:
    experiment.log_metrics(step=step, loss=loss)
    time.sleep(0.05)
`,
  // The larger x, the larger is `time` and the smaller is `loss`.
  'slow.py': `
import sys, time
from hagane import Experiment
x = float(sys.argv[1])
experiment = Experiment()
for epoch in range(1, 31):
    experiment.log_metrics(step=epoch, time=x, loss=1 / x)
    time.sleep(0.05)
`,
}

const document = (hptuning: string, command: string): string =>
  `version: 1\nkind: group\nhptuning:\n  concurrency: 4\n  seed: 5\n  metric: {name: loss, optimization: minimize}\n${hptuning}\nrun:\n  cmd: ${command}\n`
const VALLEY = '  matrix:\n    x: {uniform: [0, 1]}\n    k: {values: [a, b, c]}'
const submit = async (text: string): Promise<number> => (await server.submit(text, folder)).number
const runsOf = async (sweep: number) =>
  (await server.call<RunPageView>('GET', `/runs?sweep=${sweep}&limit=1000`)).body.runs
const ended = async (sweep: number): Promise<SweepView> => await waitForSweepEnd(server, sweep, 60_000)
const place = () => ({ server, postgres: undefined, database: undefined })

describe('a sweep with a search method', () => {
  it('A model-based sweep finds the minimum, avoids failing points, and can be computed again', async () => {
    const sweep = await submit(document(`  auto: {n_experiments: 40}\n${VALLEY}`, 'python valley.py {{ x }} {{ k }}'))
    const view = await ended(sweep)
    expect(view).toMatchObject({ phase: 'done', trials: 40, choice: { method: 'bo', reason: 'model' } })
    expect(Number(view.best!.value)).toBeLessThan(0.001)

    const { trials, results } = await readStoredSearch(place(), sweep)
    expect(trials).toHaveLength(40)
    expect(results.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(trials.map((_, index) => index))
    expect(trials.filter(({ source }) => source === 'gaussian').length).toBeGreaterThan(20)

    const failed = (await runsOf(sweep)).filter(({ phase }) => phase === 'failed')
    expect(failed.length).toBeLessThan(6)

    await expectReproducible(place(), sweep)
  })

  it.each(['tpe', 'cmaes', 'sobol_search', 'random_search', 'grid_search'])(
    'Every point of a sweep by %s can be computed again',
    async (method) => {
      const matrix =
        method === 'grid_search'
          ? '  matrix:\n    x: {linspace: [0, 1, 4]}\n    k: {values: [a, b, c]}'
          : `${VALLEY}\n    momentum: {uniform: [0, 1], when: {k: [b, c]}}\n  constraints: ["x < 0.95"]`
      const sweep = await submit(
        document(`  ${method}: {n_experiments: 16}\n${matrix}`, 'python valley.py {{ x }} {{ k }}'),
      )
      expect((await ended(sweep)).phase).toBe('done')

      const runs = await runsOf(sweep)
      expect(runs).toHaveLength(method === 'grid_search' ? 12 : 16)
      if (method !== 'grid_search')
        for (const { params } of runs) expect(Object.hasOwn(params, 'momentum')).toBe(params['k'] !== 'a')

      await expectReproducible(place(), sweep)
    },
  )

  it('A sweep shows what its model learnt, can be extended, takes given points and warm-starts others', async () => {
    const first = document(
      `  first_points: [{x: 0.5, k: a}]\n  auto: {n_experiments: 24}\n${VALLEY}`,
      'python valley.py {{ x }} {{ k }}',
    )
    const sweep = await submit(first)
    await ended(sweep)
    expect((await runsOf(sweep)).find(({ trial }) => trial === 0)!.params).toEqual({ x: 0.5, k: 'a' })

    const insights = (await server.call<SweepInsightView>('GET', `/sweeps/${sweep}/beliefs`)).body
    expect(insights).toMatchObject({ metric: 'loss', finished: 24, choice: { method: 'bo' } })
    expect(insights.importance.map(({ name }) => name).toSorted()).toEqual(['k', 'x'])
    expect(insights.importance.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6)
    expect(insights.best!.number).toBe((await ended(sweep)).best!.number)

    const extended = await server.call<SweepView>('POST', `/sweeps/${sweep}/extend`, { trials: 4 })
    expect(extended.body).toMatchObject({ phase: 'running', trials: 28 })
    await ended(sweep)
    expect(await runsOf(sweep)).toHaveLength(28)

    const add = async (params: object) =>
      await server.call<{ number: number; isNew: boolean; error?: { code: string } }>(
        'POST',
        `/sweeps/${sweep}/points`,
        { params },
      )

    const added = await add({ x: 0.125, k: 'c' })
    expect(added.body).toMatchObject({ isNew: true })
    expect((await add({ x: 0.125, k: 'c' })).body).toEqual({ number: added.body.number, isNew: false })
    for (const wrong of [{ x: 2, k: 'c' }, { x: 0.1 }, { x: 0.1, k: 'z' }, { x: 0.1, k: 'c', y: 1 }])
      expect((await add(wrong)).body.error?.code).toBe('invalid')
    expect((await ended(sweep)).counts).toMatchObject({ succeeded: expect.any(Number) })

    await expectReproducible(place(), sweep)

    const warm = await submit(
      document(`  warm_start: [${sweep}]\n  auto: {n_experiments: 30}\n${VALLEY}`, 'python valley.py {{ x }} {{ k }}'),
    )
    await ended(warm)
    const record = await readStoredSearch(place(), warm)
    expect(record.earlier.length).toBeGreaterThan(20)
    expect(record.trials[0]!.source).toBe('gaussian')

    await expectReproducible(place(), warm)
  })

  it('A point that has only failed can be added again', async () => {
    const sweep = await submit(
      document('  matrix: {x: {values: [1]}}', `sh -c "test -e tried-${randomUUID()}-{{ x }} || exit 1"`),
    )
    expect((await ended(sweep)).counts).toEqual({ failed: 1 })

    const add = async () =>
      (await server.call<{ number: number; isNew: boolean }>('POST', `/sweeps/${sweep}/points`, { params: { x: 1 } }))
        .body

    const again = await add()
    expect(again.isNew).toBe(true)
    expect((await ended(sweep)).counts).toEqual({ failed: 2 })
    expect((await runsOf(sweep)).map(({ number }) => number)).toContain(again.number)

    await expectReproducible(place(), sweep)
  })

  it('A sweep tries the given points first and each point of its grid once', async () => {
    const sweep = await submit(
      document('  first_points: [{x: 2}, {x: 2}]\n  matrix: {x: {values: [1, 2, 3]}}', 'python valley.py 0.5 {{ x }}'),
    )
    await ended(sweep)
    expect((await runsOf(sweep)).toSorted((a, b) => a.trial! - b.trial!).map(({ params }) => params['x'])).toEqual([
      2, 1, 3,
    ])
    await expectReproducible(place(), sweep)

    await server.call('DELETE', `/sweeps/${sweep}`)
    const extended = await server.call<{ error: { code: string } }>('POST', `/sweeps/${sweep}/extend`, { trials: 1 })
    expect(extended.body.error.code).toBe('conflict')
  })

  it('A sweep whose grid is exhausted cannot be extended', async () => {
    const full = await submit(document('  matrix: {k: {values: [a, b]}}', 'python valley.py 0.5 {{ k }}'))
    await ended(full)
    const extend = async (sweep: number) =>
      await server.call<{ error: { code: string; message: string } }>('POST', `/sweeps/${sweep}/extend`, { trials: 5 })
    expect((await extend(full)).body.error).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('no further point'),
    })
  })

  it('A sweep tries failed points again with on_failure: retry, and not with on_failure: ignore', async () => {
    const script =
      'test -f "$HAGANE_OUTPUTS/tried" && python valley.py 0.4 {{ k }} || { touch "$HAGANE_OUTPUTS/tried"; exit 1; }'

    const phasesWith = async (name: string) => {
      const sweep = await submit(
        document(
          `  on_failure: ${name}\n  tpe: {n_experiments: 2}\n  matrix: {k: {values: [a, b]}}`,
          JSON.stringify(script),
        ),
      )
      await ended(sweep)
      return (await runsOf(sweep)).map(({ phase }) => phase)
    }

    expect(await phasesWith('retry')).toEqual(['succeeded', 'succeeded'])
    expect(await phasesWith('ignore')).toEqual(['failed', 'failed'])
  })

  it('A sweep stops on a plateau', async () => {
    const sweep = await submit(
      document(
        '  plateau: {n_experiments: 6}\n  random_search: {n_experiments: 500}\n  matrix: {x: {uniform: [0, 1]}}',
        'python valley.py 0.5 {{ x }}',
      ),
    )
    expect(await ended(sweep)).toMatchObject({ phase: 'stopped', reason: 'Plateau' })
    expect((await runsOf(sweep)).length).toBeLessThan(60)
  })
})

describe('trials that are compared by their lowest value', () => {
  // The lowest loss of a trial is |x - 0.3|. Its last loss is far higher and orders the trials differently.
  const DIP = 'python dip.py {{ x }}'
  const dipDocument = (more: string, count = 12): string =>
    `version: 1\nkind: group\nhptuning:\n  concurrency: 2\n  seed: 5\n  metric: {name: loss, optimization: minimize, best_by: lowest}\n${more}  matrix: {x: {linspace: [0, 1, ${count}]}}\nrun: {cmd: "${DIP}"}\n`
  const lowest = (x: unknown): number => Math.abs(Number(x) - 0.3)

  it('Trials that are compared by their lowest value have it as their value everywhere', async () => {
    using cli = createCliFolder(server)

    cli.write('dip.py', SCRIPTS['dip.py'])
    cli.write('group.yml', dipDocument('  tpe: {n_experiments: 12}\n'))

    const followed = await cli.hagane('run', '-f', 'group.yml', '--wait')
    expect(followed.status).toBe(0)

    const sweep = Number(/sweep #(\d+)/.exec(followed.stdout)![1])
    const view = await ended(sweep)
    const runs = await runsOf(sweep)
    const wanted = runs.toSorted((a, b) => lowest(a.params['x']) - lowest(b.params['x']))[0]!
    const least = lowest(wanted.params['x'])
    expect(view.best).toMatchObject({ number: wanted.number, metric: 'loss', bestBy: 'min', value: least })

    for (const text of [
      followed.stderr,
      (await cli.hagane('show', String(sweep))).stdout,
      (await cli.hagane('sweep', 'beliefs', String(sweep))).stdout,
    ])
      expect(text).toContain('loss.min')
    expect((await cli.hagane('ls', '--sweeps')).stdout).toMatch(new RegExp(`loss\\.min=\\S+ \\(#${wanted.number}\\)`))

    const insights = (await server.call<SweepInsightView>('GET', `/sweeps/${sweep}/beliefs`)).body
    expect(insights).toMatchObject({ bestBy: 'min', best: { number: wanted.number, value: least } })

    const { results } = await readStoredSearch(place(), sweep)
    const byTrial = new Map(runs.map(({ trial, params }) => [trial, lowest(params['x'])]))
    expect(results.map(({ value }) => value)).toEqual(results.map(({ index }) => byTrial.get(index)))

    const chart = (await server.call<TrialsView>('GET', `/sweeps/${sweep}/trials`)).body
    expect(chart).toMatchObject({
      metric: 'loss',
      bestBy: 'min',
      value: chart.index.map((index) => byTrial.get(index)),
    })

    await expectReproducible(place(), sweep)
  })

  it('The lowest value of trials decides about early stopping and plateaus', async () => {
    const met = await submit(dipDocument('  early_stopping: [{metric: loss, value: 0.05, optimization: minimize}]\n'))
    expect(await ended(met)).toMatchObject({ phase: 'stopped', reason: 'EarlyStopping' })
    // By the last values, which fall from trial to trial, there would be no plateau.
    const level = await submit(dipDocument('  plateau: {n_experiments: 4}\n', 20))
    expect(await ended(level)).toMatchObject({ phase: 'stopped', reason: 'Plateau' })
  })

  it('Trials at a rung are judged by their lowest value up to that rung', async () => {
    const text = `version: 1\nkind: group\nhptuning:\n  concurrency: 2\n  seed: 5\n  asha: {max_iter: 4, min_iter: 2, eta: 2, resource: {name: n}, n_experiments: 4, metric: {name: loss, optimization: minimize, best_by: min}}\n  matrix: {x: {uniform: [0, 1]}}\nrun: {cmd: "python dip.py {{ x }}"}\n`
    const sweep = await submit(text)
    await ended(sweep)
    const { trials, results } = await readStoredSearch(place(), sweep)
    const first = results.filter(({ rung }) => rung === 0)
    expect(first.length).toBeGreaterThan(0)
    for (const { index, value } of first) expect(value).toBeCloseTo(lowest(trials[index]!.point['x']), 12)
  })
})

describe('a sweep that promotes trials', () => {
  const halvingDocument = (method: string): string =>
    document(`  ${method}\n  matrix: {x: {uniform: [0, 1]}}`, 'python epochs.py {{ x }} {{ epochs }} 0')

  it('ASHA continues the best trials from their checkpoints as further attempts of the same runs', async () => {
    const sweep = await submit(
      halvingDocument('asha: {max_iter: 9, resource: {name: epochs}, n_experiments: 12, resume: true}'),
    )
    expect((await ended(sweep)).phase).toBe('done')

    const runs = await runsOf(sweep)
    expect(runs).toHaveLength(12)
    expect(runs.every(({ phase }) => phase === 'succeeded')).toBe(true)

    const top = runs.filter(({ params }) => params['epochs'] === 9)
    expect(top.length).toBeGreaterThan(0)

    const detail = (await server.call<RunDetailView>('GET', `/runs/${top[0]!.number}`)).body
    expect(detail.attempts).toHaveLength(3)

    const logs = await Promise.all(
      [1, 2, 3].map(async (n) =>
        (await server.call<string>('GET', `/runs/${top[0]!.number}/logs?attempt=${n}`)).body.trim(),
      ),
    )
    expect(logs).toEqual(['from 0 resumed=', 'from 1 resumed=1', 'from 3 resumed=1'])

    const { results } = await readStoredSearch(place(), sweep)
    const keys = results.map(({ index, rung }) => `${index}/${rung}`)
    expect(new Set(keys).size).toBe(keys.length)

    // ASHA promotes trials that are in the best third of their rung when they are promoted, so that at least a third of
    // all trials at the rung are promoted in the end.
    const first = results.filter(({ rung }) => rung === 0)
    const promoted = results.filter(({ rung }) => rung === 1).length
    expect(promoted).toBeGreaterThanOrEqual(Math.floor(first.length / 3))

    await expectReproducible(place(), sweep)
  })

  it('Hyperband promotes the exact number of trials in each bracket, and starts them anew without resume', async () => {
    const sweep = await submit(
      halvingDocument(
        'hyperband: {max_iter: 9, eta: 3, resource: {name: epochs}, metric: {name: loss, optimization: minimize}}',
      ),
    )
    expect(await ended(sweep)).toMatchObject({ phase: 'done', trials: 17 })

    const { results } = await readStoredSearch(place(), sweep)

    const counts = (from: number, to: number) =>
      [0, 1, 2].map(
        (rung) => results.filter((result) => result.rung === rung && result.index >= from && result.index < to).length,
      )

    expect([counts(0, 9), counts(9, 14), counts(14, 17)]).toEqual([
      [9, 3, 1],
      [5, 1, 0],
      [3, 0, 0],
    ])

    const best = (await runsOf(sweep)).find(({ params, trial }) => params['epochs'] === 9 && trial! < 9)!
    const logs = await Promise.all(
      [1, 2, 3].map(async (n) =>
        (await server.call<string>('GET', `/runs/${best.number}/logs?attempt=${n}`)).body.trim(),
      ),
    )
    expect(logs).toEqual(['from 0 resumed=', 'from 0 resumed=', 'from 0 resumed='])
  })

  it('A run made from a trial continues from its highest rung and leaves lower rungs unchanged', async () => {
    const sweep = await submit(
      halvingDocument(
        'hyperband: {max_iter: 9, eta: 3, resource: {name: epochs}, metric: {name: loss, optimization: minimize}}',
      ),
    )
    await ended(sweep)
    const runs = await runsOf(sweep)
    const best = runs.find(({ params, trial }) => params['epochs'] === 9 && trial! < 9)!
    const low = runs.find(({ params }) => params['epochs'] === 1)!

    const makeFrom = async (action: 'resume' | 'copy' | 'restart', of: number, params: Record<string, string> = {}) => {
      const { number } = (await server.call<{ number: number }>('POST', `/runs/${of}/${action}`, { params })).body
      await waitUntil(
        async () => (await server.call<RunDetailView>('GET', `/runs/${number}`)).body.phase === 'succeeded',
      )
      return { number, log: (await server.call<string>('GET', `/runs/${number}/logs`)).body.trim() }
    }

    const checkpoint = (run: number, place = ''): string =>
      readFileSync(join(server.dataDir, 'runs', String(run), 'checkpoints', place, 'epoch'), 'utf8')

    expect((await makeFrom('copy', best.number, { epochs: '10' })).log).toBe('from 9 resumed=')

    const resumed = await makeFrom('resume', best.number, { epochs: '12' })
    expect(resumed.log).toBe('from 9 resumed=1')
    expect([checkpoint(best.number), checkpoint(best.number, 'rung-1'), checkpoint(best.number, 'rung-2')]).toEqual([
      '1',
      '3',
      '12',
    ])

    expect((await makeFrom('resume', resumed.number, { epochs: '13' })).log).toBe('from 12 resumed=1')
    expect((await makeFrom('restart', best.number)).log).toBe('from 0 resumed=')
    // A run made from a trial that was not promoted does not wait for a promotion.
    expect((await makeFrom('restart', low.number)).log).toBe('from 0 resumed=')
    expect((await makeFrom('resume', low.number)).log).toBe('from 1 resumed=1')
  })

  it('The stopping form of ASHA ends trials at their rungs while they run, and records what was compared', async () => {
    const text = document(
      '  asha: {max_iter: 27, resource: {name: epochs}, n_experiments: 12}\n  matrix: {x: {uniform: [0, 1]}}',
      'python epochs.py {{ x }} {{ epochs }} 0.05',
    )
    const sweep = await submit(text)
    expect((await ended(sweep)).phase).toBe('done')

    const runs = await runsOf(sweep)
    const stopped = runs.filter(({ phase }) => phase === 'stopped')
    expect(stopped.length).toBeGreaterThan(3)
    expect(stopped.every(({ reason }) => reason === 'StoppedByMethod')).toBe(true)

    const events = (await server.call<EventView[]>('GET', `/events?run=${stopped[0]!.number}`)).body
    expect(events.find(({ kind }) => kind === 'run.judged')?.data).toMatchObject({
      rule: 'asha',
      metric: 'loss',
      step: expect.any(Number),
    })

    await expectReproducible(place(), sweep)
  })

  it('A paused sweep can be resumed with its trials that wait at rungs', async () => {
    const text = 'asha: {max_iter: 9, resource: {name: epochs}, n_experiments: 12, resume: true}'
    const sweep = await submit(halvingDocument(text).replace('{{ epochs }} 0', '{{ epochs }} 0.05'))
    await waitUntil(async () => (await runsOf(sweep)).filter(({ phase }) => phase === 'paused').length > 1)

    await server.call('POST', `/sweeps/${sweep}/pause`, {})
    await waitUntil(async () => (await runsOf(sweep)).every(({ phase }) => phase !== 'running' && phase !== 'stopping'))
    await server.call('POST', `/sweeps/${sweep}/resume`)
    expect((await ended(sweep)).phase).toBe('done')

    const runs = await runsOf(sweep)
    expect([
      runs.length,
      runs.every(({ phase }) => phase === 'succeeded'),
      runs.some(({ params }) => params['epochs'] === 9),
    ]).toEqual([12, true, true])

    await expectReproducible(place(), sweep)
  })

  it('Hyperband starts new brackets when its sweep is extended', async () => {
    const sweep = await submit(
      halvingDocument(
        'hyperband: {max_iter: 3, eta: 3, resource: {name: epochs}, metric: {name: loss, optimization: minimize}}',
      ),
    )
    expect(await ended(sweep)).toMatchObject({ phase: 'done', trials: 5 })

    expect((await server.call('POST', `/sweeps/${sweep}/extend`, { trials: 5 })).status).toBe(200)
    expect(await ended(sweep)).toMatchObject({ phase: 'done', trials: 10 })

    const amounts = (from: number, runs: Awaited<ReturnType<typeof runsOf>>) =>
      runs
        .filter(({ trial }) => trial! >= from && trial! < from + 5)
        .map(({ params }) => Number(params['epochs']))
        .toSorted((a, b) => a - b)

    const runs = await runsOf(sweep)
    expect([amounts(0, runs), amounts(5, runs)]).toEqual([
      [1, 1, 3, 3, 3],
      [1, 1, 3, 3, 3],
    ])

    await expectReproducible(place(), sweep)
  })

  it('A trial that ended before the sweep was examined has a result at each rung that it passed', async () => {
    const text = document(
      '  asha: {max_iter: 9, resource: {name: epochs}, n_experiments: 6}\n  matrix: {x: {uniform: [0, 1]}}',
      'python epochs.py {{ x }} {{ epochs }} 0',
    )
    const sweep = await submit(text)
    expect((await ended(sweep)).phase).toBe('done')

    const { results } = await readStoredSearch(place(), sweep)
    const whole = (await runsOf(sweep)).filter(({ phase }) => phase === 'succeeded').map(({ trial }) => trial)
    expect(whole.length).toBeGreaterThan(0)
    for (const trial of whole)
      expect(results.filter(({ index }) => index === trial).map(({ rung }) => rung)).toEqual([0, 1, 2])

    await expectReproducible(place(), sweep)
  })

  it('Hyperband promotes the best trial to the top of a bracket that the search space cannot fill', async () => {
    const matrix =
      '  hyperband: {max_iter: 9, eta: 3, resource: {name: epochs}, metric: {name: loss, optimization: minimize}, resume: true}\n  matrix: {x: {values: [0.1, 0.3, 0.5, 0.9]}}'
    const sweep = await submit(document(matrix, 'python epochs.py {{ x }} {{ epochs }} 0'))
    expect((await ended(sweep)).phase).toBe('done')
    expect((await runsOf(sweep)).map(({ params }) => Number(params['epochs'])).toSorted((a, b) => a - b)).toEqual([
      1, 1, 1, 9,
    ])
  })

  it('A trial that waits at its rung can be stopped during a pause of its sweep', async () => {
    const sweep = await submit(
      halvingDocument(
        'hyperband: {max_iter: 3, eta: 3, resource: {name: epochs}, metric: {name: loss, optimization: minimize}, resume: true}',
      ),
    )
    await waitUntil(async () => (await runsOf(sweep)).some(({ phase }) => phase === 'paused' || phase === 'succeeded'))

    await server.call('POST', `/sweeps/${sweep}/pause`, { keepRunning: true })
    const waiting = (await runsOf(sweep)).find(({ phase }) => phase === 'paused')
    if (waiting) await server.call('POST', `/runs/${waiting.number}/stop`)
    await server.call('POST', `/sweeps/${sweep}/resume`)

    expect((await ended(sweep)).phase).toBe('done')
    if (waiting) expect((await server.call<RunDetailView>('GET', `/runs/${waiting.number}`)).body.phase).toBe('stopped')
  })
})

describe('rules that end trials', () => {
  it.each([
    ['median', '{kind: median, evaluation_interval: 2}'],
    ['truncation', '{kind: truncation, evaluation_interval: 2, percent: 30}'],
    ['diff', '{kind: diff, evaluation_interval: 2, percent: 20}'],
  ])(
    'The %s rule ends bad trials, records the numbers compared, and never ends the best trial',
    async (kind, phasesWith) => {
      const values = '[0.9, 0.3, 0.8, 0.31, 0.7, 0.32, 0.6, 0.33]'
      const hptuning = `  concurrency: 8\n  early_stopping: [{metric: loss, optimization: minimize, policy: ${phasesWith}}]\n  matrix: {x: {values: ${values}}}`
      const text = document(hptuning, 'python epochs.py {{ x }} 40 0.05').replace('  concurrency: 4\n', '')
      const sweep = await submit(text)
      expect((await ended(sweep)).phase).toBe('done')

      const runs = await runsOf(sweep)
      const stopped = runs.filter(({ reason }) => reason === 'StoppedByMethod')
      expect(stopped.length).toBeGreaterThan(0)
      expect(runs.find(({ params }) => params['x'] === 0.3)!.phase).toBe('succeeded')

      const events = (await server.call<EventView[]>('GET', `/events?run=${stopped[0]!.number}`)).body
      const judged = events.find((event) => event.kind === 'run.judged')!.data as {
        rule: string
        value: number
        bound: number
      }
      expect(judged.rule).toBe(kind)
      expect(judged.value).toBeGreaterThan(judged.bound)
    },
  )
})

describe('rules by another metric', () => {
  it('A rule on another metric never ends the trial that is best by the metric of the sweep', async () => {
    // The worst trial by `time` is the best by `loss`.
    const values = '[1, 2, 3, 4, 5, 6]'
    const rule =
      '{metric: time, optimization: minimize, policy: {kind: truncation, evaluation_interval: 2, percent: 50}}'
    const text = document(
      `  concurrency: 6\n  early_stopping: [${rule}]\n  matrix: {x: {values: ${values}}}`,
      'python slow.py {{ x }}',
    ).replace('  concurrency: 4\n', '')

    const sweep = await submit(text)
    expect((await ended(sweep)).phase).toBe('done')

    const runs = await runsOf(sweep)
    expect(runs.filter(({ reason }) => reason === 'StoppedByMethod').length).toBeGreaterThan(0)
    expect(runs.find(({ params }) => params['x'] === 6)!.phase).toBe('succeeded')
  })
})

describe('a sweep that has ended', () => {
  it('A sweep that was stopped or failed can be extended, and one that reached its plateau cannot', async () => {
    const extend = async (sweep: number) =>
      await server.call<{ error: { message: string } }>('POST', `/sweeps/${sweep}/extend`, { trials: 2 })

    const failed = await submit(
      document('  random_search: {n_experiments: 2}\n  matrix: {x: {uniform: [0, 1]}}', 'exit 1'),
    )
    expect(await ended(failed)).toMatchObject({ phase: 'failed', reason: 'AllTrialsFailed' })
    expect((await extend(failed)).status).toBe(200)
    expect(await ended(failed)).toMatchObject({ phase: 'failed', trials: 4, counts: { failed: 4 } })

    const stopped = await submit(
      document('  random_search: {n_experiments: 2}\n  matrix: {x: {uniform: [0, 1]}}', 'sleep 60'),
    )
    await waitUntil(async () => (await runsOf(stopped)).some(({ phase }) => phase === 'running'))
    await server.call('POST', `/sweeps/${stopped}/stop`)
    expect(await ended(stopped)).toMatchObject({ phase: 'stopped', reason: 'StoppedByUser' })
    expect((await extend(stopped)).status).toBe(200)
    await waitUntil(async () => (await runsOf(stopped)).filter(({ phase }) => phase === 'running').length === 2)
    await server.call('POST', `/sweeps/${stopped}/stop`)
    await ended(stopped)

    const plateau = await submit(
      document(
        '  plateau: {n_experiments: 3}\n  random_search: {n_experiments: 90}\n  matrix: {x: {uniform: [0, 1]}}',
        'python valley.py 0.5 b',
      ),
    )
    expect(await ended(plateau)).toMatchObject({ phase: 'stopped', reason: 'Plateau' })
    expect((await extend(plateau)).body.error.message).toContain(`warm_start: [${plateau}]`)
  })

  it('A sweep that finds no further point ends and says so', async () => {
    const text = document(
      '  random_search: {n_experiments: 9}\n  constraints: ["x == y"]\n  matrix: {x: {values: [1, 2]}, y: {values: [2, 1, 3]}}',
      'echo {{ x }}',
    )
    expect(await ended(await submit(text))).toMatchObject({
      phase: 'done',
      reason: 'NoFurtherPoint',
      counts: { succeeded: 2 },
    })
  })
})

describe('`hagane sweep`', () => {
  it('`hagane sweep` simulates a sweep, prints what its model has learnt, extends it and adds points', async () => {
    using work = createCliFolder(server)

    work.write('group.yml', document(`  auto: {n_experiments: 24}\n${VALLEY}`, 'python valley.py {{ x }} {{ k }}'))
    const simulated = await work.hagane(
      'sweep',
      'simulate',
      '-f',
      'group.yml',
      '--trial-time',
      '10m',
      '--price',
      '2',
      '--plays',
      '2',
      '--json',
    )
    expect(simulated.json).toMatchObject({
      trials: 24,
      plays: 2,
      concurrency: 4,
      choice: { method: 'bo' },
      cost: expect.any(Number),
    })

    const sweep = await submit(document(`  auto: {n_experiments: 24}\n${VALLEY}`, 'python valley.py {{ x }} {{ k }}'))
    await ended(sweep)
    expect((await work.hagane('ls', '-q', `sweep = ${sweep} and trial = 1`, '--columns', 'trial')).stdout).toMatch(
      / 1\s*$/m,
    )
    expect((await work.hagane('sweep', 'insight', String(sweep))).stdout).toMatch(
      /Gaussian process[\s\S]*IMPORTANCE[\s\S]*x /,
    )
    expect(
      (await work.hagane('sweep', 'simulate', '-f', 'group.yml', '--record', String(sweep), '--plays', '1')).stdout,
    ).toMatch(/wall time/)

    for (const [flag, value] of [
      ['--plays', 'abc'],
      ['--plays', '0'],
      ['--price', '-1'],
      ['--failures', '200'],
    ] as const)
      expect(await work.hagane('sweep', 'simulate', '-f', 'group.yml', flag, value)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(`${flag} is ${value}`),
      })

    work.write(
      'huge.yml',
      document(`  random_search: {n_experiments: 1000000}\n${VALLEY}`, 'python valley.py {{ x }} {{ k }}'),
    )
    expect(await work.hagane('sweep', 'simulate', '-f', 'huge.yml')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('1000000 trials'),
    })

    work.write(
      'typo.yml',
      document(
        `  random_search: {n_experiments: 9}\n  constraints: ["xx < 0.5"]\n${VALLEY}`,
        'python valley.py {{ x }} {{ k }}',
      ),
    )
    expect(await work.hagane('check', '-f', 'typo.yml')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('xx is not a parameter of the search: x, k'),
    })

    expect((await work.hagane('sweep', 'extend', String(sweep), '--trials', '2')).stdout).toContain('26')
    expect((await work.hagane('sweep', 'add', String(sweep), '-P', 'x=0.25', '-P', 'k=b')).stdout).toMatch(
      /run #\d+ tries it/,
    )
    expect((await work.hagane('sweep', 'extend', String(sweep))).status).toBe(2)

    await ended(sweep)
  })
})
