import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import type { ProjectScope } from '../../src/core/access/caller.ts'
import { parseField, parseFilter } from '../../src/core/filter/parse-filter.ts'
import type { Store } from '../../src/core/ports/store.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createStore } from '../../src/store/store.ts'
import { describeOnBothDatabases } from '../support/databases.ts'
import { HOST, newRun, PLAN, SWEEP } from '../support/records.ts'

const MANY = 100

describeOnBothDatabases('a query for the runs of some projects', (openFresh) => {
  /** Returns a store with two projects. Each has two runs and a sweep, with names and values of its own. */
  async function openTwoProjects(): Promise<{ store: Store; a: string; b: string }> {
    const database = await openFresh()
    await migrate(database)
    const store = createStore(database, { now: () => 1 })
    const [a, b] = [randomUUID(), randomUUID()]

    await store.write(async (stores) => {
      for (const [id, name] of [
        [a, 'a'],
        [b, 'b'],
      ] as const) {
        await stores.projects.insert({ id, name, description: '' })
        for (const value of [1, 2]) {
          const plan = { ...PLAN, params: { [`only_${name}`]: value, shared: `${name}${value}` } }
          const [run] = await stores.runs.insert([newRun({ projectId: id, plan, tags: [`tag-${name}`] })])
          await stores.events.append([{ kind: 'run.created', actor: 'person', runId: run!.id }])
          const points = Float64Array.of(1, 1, value)
          await stores.tracking.appendPoints(run!, [{ name: `loss_${name}`, points }])
        }
        const sweep = await stores.sweeps.insert({
          id: randomUUID(),
          plan: SWEEP,
          planDigest: 'd',
          seed: 1,
          host: HOST,
          projectId: id,
        })
        await stores.events.append([{ kind: 'sweep.created', actor: 'person', sweepId: sweep.id }])
      }
    })
    return { store, a, b }
  }

  it('returns nothing of another project, whatever it lists, counts, completes or follows', async () => {
    const { store, a, b } = await openTwoProjects()
    const { runQueries } = store.scan
    const shared = parseField('p.shared')

    const read = async (projects: ProjectScope) => ({
      listed: (await runQueries.listPage({ projects, sort: [], limit: MANY, isCounted: true })).total,
      filtered: (
        await runQueries.listPage({ projects, filter: parseFilter('p.shared contains "1"'), sort: [], limit: MANY })
      ).runs.length,
      count: await runQueries.count({ projects }),
      phases: await runQueries.countByPhase({ projects }),
      ids: (await runQueries.listIds({ projects }, MANY)).length,
      table: (await runQueries.readTable({ projects }, { keys: [shared], values: [] }, MANY)).length,
      varied: (await runQueries.listVaried({ projects }, 4)).map(({ text }) => text),
      hasParam: await runQueries.hasName('param', 'only_a', projects),
      hasMetric: await runQueries.hasName('metric', 'loss_a', projects),
      params: (await runQueries.listNames('param', '', { projects, limit: MANY })).map(
        ({ text, count }) => `${text} ${count}`,
      ),
      begun: (await runQueries.listNames('param', 'only_', { projects, limit: 1 })).map(({ text }) => text),
      metrics: (await runQueries.listNames('metric', '', { projects, limit: MANY })).map(({ text }) => text),
      tags: (await runQueries.listValues({ kind: 'column', name: 'tag' }, '', { projects, limit: MANY })).map(
        ({ text }) => text,
      ),
      values: (await runQueries.listValues(shared, '', { projects, limit: MANY })).map(({ text }) => text),
      latest: (await runQueries.countNamesAmongLatest('param', ['only_a', 'only_b'], { projects }, MANY)).map(
        ({ text }) => text,
      ),
      sweeps: (await store.read.sweeps.list({ projects, limit: MANY })).length,
      projects: (await store.read.projects.list(projects)).map(({ name }) => name).filter((name) => name.length === 1),
      events: (await store.read.events.listAfter(0, MANY, { projects })).length,
    })

    expect(await read([a])).toEqual({
      listed: 2,
      filtered: 1,
      count: 2,
      phases: { queued: 2 },
      ids: 2,
      table: 2,
      varied: ['only_a', 'shared'],
      hasParam: true,
      hasMetric: true,
      params: ['only_a 2', 'shared 2'],
      begun: ['only_a'],
      metrics: ['loss_a'],
      tags: ['tag-a'],
      values: ['a1', 'a2'],
      latest: ['only_a'],
      sweeps: 1,
      projects: ['a'],
      events: 3,
    })
    expect(await read([b])).toMatchObject({
      count: 2,
      hasParam: false,
      hasMetric: false,
      params: ['only_b 2', 'shared 2'],
      begun: ['only_b'],
      metrics: ['loss_b'],
      tags: ['tag-b'],
      values: ['b1', 'b2'],
      sweeps: 1,
      events: 3,
    })
    expect(await read([])).toEqual({
      listed: 0,
      filtered: 0,
      count: 0,
      phases: {},
      ids: 0,
      table: 0,
      varied: [],
      hasParam: false,
      hasMetric: false,
      params: [],
      begun: [],
      metrics: [],
      tags: [],
      values: [],
      latest: [],
      sweeps: 0,
      projects: [],
      events: 0,
    })
    expect(await read([a, b])).toEqual(await read('all'))
  })
})
