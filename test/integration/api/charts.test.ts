import { randomUUID } from 'node:crypto'

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'

import type {
  BandsView,
  CountsView,
  GroupsView,
  NamesView,
  SeriesView,
  SlotsView,
  TrialsView,
} from '../../../src/contract/charts.ts'
import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import { narrowToGroup } from '../../../dashboard/src/pages/runs/groups/group-filter.ts'
import { startPostgres } from '../../support/postgres.ts'
import type { Postgres } from '../../support/postgres.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'

const SWEEP = `version: 1
kind: group
name: charted
hptuning:
  concurrency: 4
  metric: {name: loss, optimization: minimize}
  matrix:
    lr: {values: [0.1, 0.2]}
    kind: {values: [adam, sgd]}
run:
  cmd: python -c "import hagane; hagane.Experiment().log_metrics(step=1, loss={{ lr }}); print('loss', {{ lr }})"
`

for (const engine of ['sqlite', 'postgres'] as const) {
  const isSkipped = engine === 'postgres' && inject('postgresError') !== ''
  describe.skipIf(isSkipped)(
    `the data of charts on ${engine}${isSkipped ? ` (${inject('postgresError')})` : ''}`,
    () => {
      let postgres: Postgres | undefined
      let server: TestServer
      let sweep: number
      let series: number
      beforeAll(async () => {
        if (engine === 'postgres') postgres = await startPostgres()
        server = await startTestServer(postgres ? { database: await postgres.createDatabase() } : {})
        sweep = (await server.submit(SWEEP)).number
        const { body: run } = await server.call<{ number: number }>('POST', '/runs', {
          kind: 'experiment',
          name: 'long',
        })
        series = run.number

        const values = Array.from({ length: 900 }, (_, i) => (i === 500 ? null : i))
        const params = { k: 'p', v: { lr: 0.3 } }
        const points = values.map((value, i) => ({ k: 'm', s: i, t: 1_700_000_000 + i, v: { loss: value ?? 'NaN' } }))
        const batch = await server.call('POST', `/runs/${series}/batches`, {
          writer: randomUUID(),
          attempt: 1,
          first: 1,
          records: [params, ...points],
        })
        expect(batch).toMatchObject({ status: 200, body: { refused: [] } })

        await waitUntil(
          async () => (await server.call<{ phase: string }>('GET', `/sweeps/${sweep}`)).body.phase === 'done',
          60_000,
        )
      }, 120_000)
      afterAll(async () => {
        await server[Symbol.asyncDispose]()
        await postgres?.[Symbol.asyncDispose]()
      }, 60_000)

      it('The requested number of buckets covers every point of a line; an absent metric has no line', async () => {
        const { body } = await server.call<SeriesView[]>('POST', '/series', {
          runs: [series],
          metrics: ['loss', 'absent'],
          buckets: 10,
        })
        expect(body).toHaveLength(1)

        const [line] = body
        expect([line!.run, line!.metric, line!.points, line!.step.length]).toEqual([series, 'loss', 900, 10])
        expect([line!.step.at(-1), Math.min(...line!.min.map(Number)), Math.max(...line!.max.map(Number))]).toEqual([
          899, 0, 899,
        ])

        const { body: fine } = await server.call<SeriesView[]>('POST', '/series', {
          runs: [series],
          metrics: ['loss'],
          buckets: 1_000,
        })
        expect([fine[0]!.last[500], fine[0]!.last[501], fine[0]!.time[1]]).toEqual([null, 501, 1_700_000_001_000])
        expect(await server.call('POST', '/series', { runs: [9_999], metrics: ['loss'] })).toMatchObject({
          status: 404,
        })
      })

      it('A range of a line by step or time is returned in finer detail, with one point beyond each end', async () => {
        const read = async (range: object) =>
          (
            await server.call<SeriesView[]>('POST', '/series', {
              runs: [series],
              metrics: ['loss'],
              buckets: 10,
              range,
            })
          ).body[0]!

        const part = await read({ axis: 'step', from: 100, to: 104 })
        expect([part.step, part.points, part.startTime]).toEqual([
          [99, 100, 101, 102, 103, 104, 105],
          7,
          1_700_000_000_000,
        ])
        expect((await read({ axis: 'relative', from: 100, to: 104 })).step).toEqual(part.step)
        expect((await read({ axis: 'wall', from: 1_700_000_100, to: 1_700_000_104 })).step).toEqual(part.step)
        expect((await read({ axis: 'step', from: 2_000, to: 3_000 })).step).toEqual([])
        expect(
          await server.call('POST', '/series', {
            runs: [series],
            metrics: ['loss'],
            range: { axis: 'm.x', from: 0, to: 1 },
          }),
        ).toMatchObject({ status: 400 })
      })

      it('A group of runs is returned as the mean, deviation and extremes of their lines', async () => {
        const { body } = await server.call<BandsView>('POST', '/series/groups', {
          by: ['p.kind'],
          metrics: ['loss', 'absent'],
          filter: `sweep = ${sweep}`,
        })
        const half = {
          metric: 'loss',
          runs: 2,
          drawn: 2,
          step: [1],
          mean: [0.15],
          sd: [expect.closeTo(0.0707107, 7)],
          min: [0.1],
          max: [0.2],
          n: [2],
        }

        expect(body).toEqual({
          bands: [
            { keys: ['adam'], ...half },
            { keys: ['sgd'], ...half },
          ],
          groupCount: 2,
        })
        expect(await server.call('POST', '/series/groups', { by: ['nothing'], metrics: ['loss'] })).toMatchObject({
          status: 400,
        })
      })

      it('A list of runs contains only the requested parameters and metrics', async () => {
        const read = async (fields: string) =>
          (
            await server.call<RunPageView>(
              'GET',
              `/runs?filter=${encodeURIComponent(`sweep = ${sweep}`)}&sort=p.lr,p.kind&fields=${encodeURIComponent(fields)}`,
            )
          ).body.runs

        const [first] = await read('p.lr,m.loss')
        expect([first!.params, first!.metrics['loss']!.last, Object.keys(first!.metrics)]).toEqual([
          { lr: 0.1 },
          0.1,
          ['loss'],
        ])
        expect((await read('created')).map(({ params, metrics }) => [params, metrics])).toEqual(
          Array.from({ length: 4 }, () => [{}, {}]),
        )
        expect((await read('auto'))[0]!.params).toEqual({ lr: 0.1, kind: 'adam' })
        expect(Object.keys((await read('auto'))[0]!.metrics)).toEqual(['loss'])
        expect(await server.call('GET', '/runs?fields=nothing')).toMatchObject({ status: 400 })
      })

      it('Runs that match a filter are counted by phase', async () => {
        const { body } = await server.call<CountsView>(
          'GET',
          `/runs/counts?filter=${encodeURIComponent(`sweep = ${sweep}`)}`,
        )
        expect(body).toEqual({ phases: { succeeded: 4 }, total: 4 })
      })

      it('Runs are grouped by fields, with the spread of the requested columns in each group', async () => {
        const { body } = await server.call<GroupsView>('POST', '/runs/groups', {
          by: ['p.kind'],
          columns: ['m.loss', 'p.lr'],
        })
        const half = { n: 2, mean: 0.15, sd: expect.closeTo(0.0707107, 7), min: 0.1, max: 0.2 }
        expect(body.groups.map(({ keys, n, values }) => [keys[0], n, values[1]])).toEqual([
          ['adam', 2, half],
          ['sgd', 2, half],
          [null, 1, { n: 1, mean: 0.3, sd: 0, min: 0.3, max: 0.3 }],
        ])
        expect(body.groups[0]!.values[0]).toEqual(half)
        expect([body.groupCount, body.runCount]).toEqual([3, 5])

        const phases = await server.call<GroupsView>('POST', '/runs/groups', {
          by: ['phase', 'sweep'],
          filter: 'm.loss < 0.15',
        })
        expect(phases.body.groups).toEqual([{ keys: ['succeeded', String(sweep)], n: 2, values: [] }])

        for (const by of [['p.kind'], ['p.lr', 'sweep'], ['phase', 'branch'], ['project', 'number']]) {
          const { groups } = (await server.call<GroupsView>('POST', '/runs/groups', { by })).body
          for (const { keys, n } of groups) {
            const filter = narrowToGroup('', by, keys)
            const { body: counts } = await server.call<CountsView>(
              'GET',
              `/runs/counts?filter=${encodeURIComponent(filter)}`,
            )
            expect([filter, counts.total]).toEqual([filter, n])
          }
        }
        expect(await server.call('POST', '/runs/groups', { by: ['nothing'] })).toMatchObject({ status: 400 })
      })

      it('Names of parameters and metrics are listed with counts, and slots with their use', async () => {
        const { body: names } = await server.call<NamesView>('GET', '/runs/names')
        expect(names.params).toEqual(
          expect.arrayContaining([
            { name: 'kind', count: 4, recent: 0 },
            { name: 'lr', count: 5, recent: 0 },
          ]),
        )
        expect(names.metrics).toContainEqual({ name: 'loss', count: 5, recent: 0 })

        await server.call('POST', '/projects', { name: 'elsewhere' })
        const { body: elsewhere } = await server.call<NamesView>('GET', '/runs/names?project=elsewhere')
        expect(elsewhere.metrics).toContainEqual({ name: 'loss', count: 5, recent: 0 })

        const { body: here } = await server.call<NamesView>('GET', '/runs/names?project=default')
        expect(here.params[0]).toEqual({ name: 'lr', count: 5, recent: 5 })
        expect(here.metrics).toContainEqual({ name: 'loss', count: 5, recent: 5 })

        const { body: slots } = await server.call<SlotsView>('GET', '/slots')
        expect([slots.places > 0, slots.used]).toEqual([true, 0])
      })

      it('Filters and groups count trials from 1, as the names of trials do', async () => {
        const { body } = await server.call<RunPageView>(
          'GET',
          `/runs?sweep=${sweep}&filter=${encodeURIComponent('trial = 1')}`,
        )
        expect(body.runs.map(({ trial }) => trial)).toEqual([0])

        const { body: grouped } = await server.call<GroupsView>('POST', '/runs/groups', {
          by: ['trial'],
          filter: `sweep = ${sweep} and trial <= 2`,
        })
        expect(grouped.groups.map(({ keys }) => keys)).toEqual([['1'], ['2']])
      })

      it('All trials of a sweep are returned in columns', async () => {
        const { body } = await server.call<TrialsView>('GET', `/sweeps/${sweep}/trials`)
        expect(body.axes).toEqual([
          { name: 'lr', scale: 'linear', low: 0.1, high: 0.2, categories: [], isConditional: false },
          { name: 'kind', scale: 'category', low: null, high: null, categories: ['adam', 'sgd'], isConditional: false },
        ])
        expect(body.index).toEqual([0, 1, 2, 3])
        expect(body.value).toEqual(body.params['lr'])
        expect(new Set(body.phase)).toEqual(new Set(['succeeded']))
        expect(body.attempts.index).toHaveLength(4)
      })

      it("Lines of a run's output are found by a pattern", async () => {
        const { body } = await server.call<{ runs: { number: number }[] }>(
          'GET',
          `/runs?filter=${encodeURIComponent(`sweep = ${sweep} and p.lr = 0.2`)}`,
        )

        const search = async (pattern: string) =>
          await server.call<{ lines: { offset: number; text: string }[] }>(
            'GET',
            `/runs/${body.runs[0]!.number}/logs/search?pattern=${encodeURIComponent(pattern)}`,
          )

        expect((await search('^loss 0\\.\\d$')).body.lines).toEqual([{ offset: 0, text: 'loss 0.2' }])
        expect((await search('nothing of it')).body.lines).toEqual([])
        expect((await search('(')).status).toBe(400)
      })
    },
  )
}
