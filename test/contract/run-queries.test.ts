import { randomUUID } from 'node:crypto'

import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { RunPlan } from '../../src/contract/plan.ts'
import type { ValueMap } from '../../src/contract/values.ts'
import type { Filter } from '../../src/core/filter/filter.ts'
import { parseFilter, parseSort } from '../../src/core/filter/parse-filter.ts'
import type { Store } from '../../src/core/ports/store.ts'
import type { NewRun, Run } from '../../src/core/records/run.ts'
import { loadPlan } from '../../src/core/language/load.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createStore } from '../../src/store/store.ts'
import { describeOnBothDatabases } from '../support/databases.ts'

const PLAN = loadPlan([{ file: 'a.yml', text: 'version: 1\nkind: experiment\nrun: {cmd: echo}' }]).plan as RunPlan
const NOW = Date.parse('2026-06-15T12:00:00Z')
const DAY = 86_400_000

/** Values of a run that a test chooses. All others have defaults. */
interface RunValues {
  readonly params?: ValueMap
  readonly tags?: string[]
  readonly metrics?: Record<string, number[]>
  readonly name?: string
  readonly phase?: 'queued' | 'running'
  readonly createdAt?: number
}

describeOnBothDatabases('the search over runs', (openFresh) => {
  let time = NOW

  async function fresh(): Promise<Store> {
    const database = await openFresh()
    await migrate(database)
    return createStore(database, { now: () => time })
  }

  async function insertRuns(store: Store, facts: readonly RunValues[]): Promise<Run[]> {
    const runs: Run[] = []
    for (const item of facts) {
      time = item.createdAt ?? NOW
      const run: NewRun = {
        id: randomUUID(),
        sweepId: null,
        trialIndex: null,
        plan: { ...PLAN, params: item.params ?? {}, name: item.name ?? null },
        planDigest: 'd',
        host: {
          workDir: '/',
          python: null,
          path: '',
          git: { commit: 'abc', branch: 'main', remote: '', isDirty: false },
        },
        actor: 'person',
        isExecuted: true,
        phase: item.phase ?? 'queued',
        tags: item.tags ?? [],
      }

      const [inserted] = await store.write((stores) => stores.runs.insert([run]))
      const series = Object.entries(item.metrics ?? {}).map(([name, values]) => ({
        name,
        points: Float64Array.from(values.flatMap((value, step) => [step, NOW, value])),
      }))
      if (series.length > 0) await store.write((stores) => stores.tracking.appendPoints(inserted!, series))
      runs.push(inserted!)
    }

    time = NOW
    return runs
  }

  const findNumbers = async (
    store: Store,
    filter: string,
    sort = '',
    more: { isDeleted?: boolean } = {},
  ): Promise<number[]> => {
    const scope = { projects: 'all' as const, ...(filter && { filter: parseFilter(filter) }), ...more }
    const { runs, total } = await store.scan.runQueries.listPage({
      ...scope,
      sort: parseSort(sort),
      limit: 100,
      isCounted: true,
    })
    const uncounted = await store.scan.runQueries.listPage({ ...scope, sort: parseSort(sort), limit: 100 })
    expect(uncounted.runs.map((run) => run.id)).toEqual(runs.map((run) => run.id))
    expect([
      total,
      await store.scan.runQueries.count(scope),
      (await store.scan.runQueries.listIds(scope, 100)).length,
    ]).toEqual(Array(3).fill(runs.length))

    return runs.map((run) => run.number)
  }

  it('A filter finds text in any script regardless of case', async () => {
    const store = await fresh()
    const names = ['École', 'ÄRGER', 'Иван', 'ＡＢＣ', 'İstanbul', 'straße', 'ΣΊΣΥΦΟΣ', 'plain', '50%_\\x']
    await insertRuns(
      store,
      names.map((name) => ({ params: { text: name }, tags: [], name })),
    )

    for (const [index, name] of names.entries()) {
      const found = async (filter: string): Promise<number[]> => await findNumbers(store, filter)
      for (const text of [name, name.toLowerCase().replace('i̇', 'İ'), name.slice(1)]) {
        expect(await found(`name contains ${JSON.stringify(text)}`), text).toEqual([index + 1])
        expect(await found(`p.text ends ${JSON.stringify(text)}`), text).toEqual([index + 1])
      }
      expect(await found(`name starts ${JSON.stringify(name.slice(0, 2))}`), name).toEqual([index + 1])
      expect(await found(`not (name contains ${JSON.stringify(name)})`), name).toHaveLength(names.length - 1)
    }

    expect(await findNumbers(store, 'name contains ärg')).toEqual([2])
    expect(await findNumbers(store, 'name contains ａｂ')).toEqual([4])
  })

  it('A filter finds runs by their own fields, parameters, tags and metrics', async () => {
    const store = await fresh()
    await insertRuns(store, [
      { params: { lr: 0.1, opt: 'adam' }, tags: ['prod', 'a b'], metrics: { loss: [3, 1, 2] }, name: 'First_run' },
      { params: { lr: 0.01, opt: 'sgd', flag: true }, metrics: { loss: [0.5], 'val/acc': [NaN] }, phase: 'running' },
      { params: { lr: '0.1' }, tags: ['prod'], createdAt: NOW - 10 * DAY },
    ])

    const cases: [string, number[]][] = [
      ['phase = running', [2]],
      ['m.loss < 2.5', [2, 1]],
      ['m.loss.min < 0.6', [2]],
      ['m.loss.max >= 3 and m.loss.mean = 2', [1]],
      ['m.loss.best > 1', [1]],
      ['p.lr = 0.1', [1]],
      ['p.lr = "0.1"', [3, 1]],
      ['p.lr <= 0.1', [2, 1]],
      ['p.opt in (adam, sgd)', [2, 1]],
      ['p.opt contains DA', [1]],
      ['p.opt is missing', [3]],
      ['p.flag = true', [2]],
      ['not m.loss < 1', [3, 1]],
      ['m."val/acc" is not missing', [2]],
      ['m."val/acc" < 1 or m."val/acc" >= 1', []],
      ['tag = prod', [3, 1]],
      ['tag != prod', [2]],
      ['t."a b"', [1]],
      ['tag is missing', [2]],
      ['name starts first', [1]],
      ['name contains "_"', [1]],
      ['name contains "%"', []],
      ['name = First_run', [1]],
      ['not (name = First_run)', [3, 2]],
      ['created < -7d', [3]],
      ['created = 2026-06-15', [2, 1]],
      ['created > 2026-06-14 and created <= 2026-06-15', [2, 1]],
      ['number in (1, 3)', [3, 1]],
      ['commit = abc and branch = main', [3, 2, 1]],
      ['project = default', [3, 2, 1]],
      ['project = other', []],
      ['sweep is missing', [3, 2, 1]],
      ['reason is missing and ended is missing and duration is missing', [3, 2, 1]],
    ]
    for (const [filter, expected] of cases)
      expect([filter, await findNumbers(store, filter)]).toEqual([filter, expected])
  })

  it('The best value of a metric follows the direction that its project sets', async () => {
    const store = await fresh()
    const [run] = await insertRuns(store, [{ metrics: { loss: [3, 1, 2] } }])
    await store.write((stores) => stores.projects.setDirection(run!.projectId, 'loss', 'minimize'))
    expect(await findNumbers(store, 'm.loss.best = 1')).toEqual([1])
  })

  it('A sorted list has runs without a value last in both directions', async () => {
    const store = await fresh()
    await insertRuns(store, [
      { metrics: { a: [2] }, params: { x: 1 } },
      {},
      { metrics: { a: [NaN] }, params: { x: 'text' } },
      { metrics: { a: [5] }, params: { x: 0.5 } },
    ])

    expect(await findNumbers(store, '', 'm.a')).toEqual([1, 4, 3, 2])
    expect(await findNumbers(store, '', '-m.a')).toEqual([4, 1, 3, 2])
    expect(await findNumbers(store, '', 'p.x')).toEqual([4, 1, 3, 2])
    expect(await findNumbers(store, '', '-p.x')).toEqual([1, 4, 3, 2])
    expect(await findNumbers(store, '', 'number')).toEqual([1, 2, 3, 4])
    expect(await findNumbers(store, '', 'phase, -m.a')).toEqual([4, 1, 3, 2])
  })

  it('The pages of a list contain every run exactly once in every order', async () => {
    const store = await fresh()
    const value = fc.constantFrom(undefined, NaN, 0, 1, 2, -1, 1e9)
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 12 }),
        fc.constantFrom('', 'm.a', '-m.a', 'p.x', '-p.x', 'm.a,-p.x', 'phase,m.a', '-created'),
        // For conditions on other tables the store first tests only the first runs of the order. Some of these filters
        // match enough of them for a page, others do not.
        fc.constantFrom(
          '',
          ' and tag = this',
          ' and not p.x = 2',
          ' and (m.a < 2 or m.a is missing)',
          ' and p.x is not missing and tag != that',
        ),
        async (values, sort, further) => {
          const runs = await insertRuns(
            store,
            values.map((item, index) => ({
              ...(item !== undefined && { metrics: { a: [item] } }),
              params: index % 3 === 0 ? {} : { x: index % 2 === 0 ? index : `t${index}` },
              tags: ['this'],
            })),
          )

          const filter = parseFilter(`number >= ${runs[0]!.number}${further}`)
          const whole = await store.scan.runQueries.listPage({
            projects: 'all',
            filter,
            sort: parseSort(sort),
            limit: 1000,
            isCounted: true,
          })
          expect(whole.total).toBe(whole.runs.length)

          const seen: number[] = []
          for (let cursor: string | undefined; ;) {
            const page = await store.scan.runQueries.listPage({
              projects: 'all',
              filter,
              sort: parseSort(sort),
              limit: 2,
              isCounted: true,
              ...(cursor !== undefined && { cursor }),
            })
            expect(page.total).toBe(whole.total)
            seen.push(...page.runs.map((run) => run.number))
            if (page.next === null) break
            cursor = page.next
          }
          expect(seen).toEqual(whole.runs.map((run) => run.number))
          if (further === '') expect([...seen].sort((a, b) => a - b)).toEqual(runs.map((run) => run.number))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('A cursor of another order and a malformed cursor are refused', async () => {
    const store = await fresh()
    await insertRuns(store, [{}, {}])
    const { next } = await store.scan.runQueries.listPage({ projects: 'all', sort: parseSort('created'), limit: 1 })
    await expect(
      store.scan.runQueries.listPage({ projects: 'all', sort: [], limit: 1, cursor: next! }),
    ).rejects.toThrow('invalid')

    for (const cursor of [
      '',
      'x',
      Buffer.from('["",[],1.5]').toString('base64url'),
      Buffer.from('["",[{}],1]').toString('base64url'),
    ])
      await expect(store.scan.runQueries.listPage({ projects: 'all', sort: [], limit: 1, cursor })).rejects.toThrow(
        'invalid',
      )
  })

  it('Values of a filter are bound and never become SQL', async () => {
    const store = await fresh()
    await insertRuns(store, [{ params: { x: 'a' }, tags: ['t'], metrics: { m: [1] } }])

    const hostile = [
      "'; drop table run; --",
      '" or 1=1 --',
      '\\',
      '%',
      '_',
      "'",
      '$1',
      '?',
      '{}',
      '\u0000x'.replace('\0', ''),
    ]
    for (const text of hostile) {
      const filters: Filter[] = [
        { type: 'compare', field: { kind: 'param', name: text }, op: '=', value: { type: 'text', value: text } },
        {
          type: 'compare',
          field: { kind: 'metric', name: text, part: 'min' },
          op: '<',
          value: { type: 'number', value: 1 },
        },
        {
          type: 'compare',
          field: { kind: 'column', name: 'name' },
          op: 'contains',
          value: { type: 'text', value: text },
        },
        { type: 'in', field: { kind: 'column', name: 'tag' }, values: [{ type: 'text', value: text }] },
      ]
      for (const filter of filters)
        expect((await store.scan.runQueries.listPage({ projects: 'all', filter, sort: [], limit: 5 })).runs).toEqual([])
    }

    expect(await findNumbers(store, '')).toEqual([1])
  })

  it('The largest allowed filter is answered, and a larger one is refused', async () => {
    const store = await fresh()
    await insertRuns(store, [{ params: { a: 1 } }])
    const many = (condition: string, how: string) => parseFilter(Array(100).fill(condition).join(` ${how} `))

    for (const filter of [
      many('p.a = 1', 'or'),
      many('not p.a = 2', 'and'),
      many('phase = queued', 'or'),
      many('t.x', 'or'),
    ])
      expect(
        (await store.scan.runQueries.listPage({ projects: 'all', filter, sort: [], limit: 5, isCounted: true })).runs
          .length,
      ).toBeLessThanOrEqual(1)

    expect(() => many('p.a = 1', 'or') && parseFilter(Array(101).fill('p.a = 1').join(' or '))).toThrow('filter_syntax')
  })

  it('Completion suggests names and values that runs have, each with its number of runs', async () => {
    const store = await fresh()
    await insertRuns(store, [
      { params: { lr: 1, layers: 2 }, tags: ['prod', 'pre'], metrics: { loss: [1], 'val/loss': [1] } },
      { params: { lr: 2, opt: 'adam' }, tags: ['prod'], metrics: { loss: [1] } },
    ])
    const { runQueries } = store.scan

    expect(await runQueries.listNames('param', 'l', { projects: 'all', limit: 10 })).toEqual([
      { text: 'layers', count: 1 },
      { text: 'lr', count: 2 },
    ])
    expect(await runQueries.listNames('metric', '', { projects: 'all', limit: 10 })).toEqual([
      { text: 'loss', count: 2 },
      { text: 'val/loss', count: 1 },
    ])

    // Only the latest run is examined. It has `opt` and lacks `layers`.
    expect(await runQueries.countNamesAmongLatest('param', ['layers', 'lr', 'opt'], { projects: 'all' }, 1)).toEqual([
      { text: 'lr', count: 1 },
      { text: 'opt', count: 1 },
    ])
    expect(await runQueries.countNamesAmongLatest('metric', ['loss', 'val/loss'], { projects: 'all' }, 2)).toEqual([
      { text: 'loss', count: 2 },
      { text: 'val/loss', count: 1 },
    ])
    expect(await runQueries.countNamesAmongLatest('metric', ['loss'], { projects: ['none'] }, 2)).toEqual([])
    expect(await runQueries.countNamesAmongLatest('metric', [], { projects: 'all' }, 2)).toEqual([])

    expect(await runQueries.listValues({ kind: 'column', name: 'tag' }, 'pr', { projects: 'all', limit: 10 })).toEqual([
      { text: 'pre', count: 1 },
      { text: 'prod', count: 2 },
    ])
    expect(await runQueries.listValues({ kind: 'param', name: 'opt' }, '', { projects: 'all', limit: 10 })).toEqual([
      { text: 'adam', count: 1 },
    ])
  })

  it('The varied parameters of runs are those that differ or that some of the runs lack', async () => {
    const store = await fresh()
    await insertRuns(store, [
      { params: { seed: 1, lr: 0.1, constant: 7 }, tags: ['mine'] },
      { params: { seed: 2, lr: 0.1, constant: 7, extra: 1 }, tags: ['mine'] },
      { params: { seed: 3, lr: 0.2, constant: 8, other: 1 } },
    ])
    const varied = async (filter: string, runs: number) =>
      (
        await store.scan.runQueries.listVaried(
          { projects: 'all', ...(filter && { filter: parseFilter(filter) }) },
          runs,
        )
      ).map(({ text }) => text)
    expect(await varied('t.mine', 2)).toEqual(['seed', 'extra'])
    expect((await varied('', 3)).toSorted()).toEqual(['constant', 'extra', 'lr', 'other', 'seed'])
  })

  it('A list contains either the runs in the trash or all others', async () => {
    const store = await fresh()
    const [first] = await insertRuns(store, [{}, {}])
    await store.write((stores) => stores.runTrash.setDeleted({ id: first!.id }, { deletedAt: NOW }))
    expect([await findNumbers(store, ''), await findNumbers(store, '', '', { isDeleted: true })]).toEqual([[2], [1]])
  })

  it('A run is purged piece by piece until nothing of it is left', async () => {
    const store = await fresh()
    const [run, other] = await insertRuns(store, [
      { params: { x: 1 }, tags: ['t'], metrics: { a: Array.from({ length: 600 }, (_, index) => index) } },
      { params: { x: 1 }, tags: ['t'], metrics: { a: [1] } },
    ])
    await store.write((stores) => stores.events.append([{ kind: 'run.created', actor: 'person', runId: run!.id }]))

    let pieces = 1
    while (!(await store.write((stores) => stores.runTrash.purgePart(run!)))) pieces += 1
    expect(pieces).toBeGreaterThan(1)
    expect(await store.read.runs.get(run!.id)).toBeUndefined()
    expect(await findNumbers(store, 'p.x = 1 and t.t and m.a is not missing')).toEqual([other!.number])
    expect(await store.read.events.listAfter(0, 10, { projects: 'all', runId: run!.id })).toEqual([])
  })
})
