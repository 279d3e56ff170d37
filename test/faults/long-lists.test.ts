import { randomUUID } from 'node:crypto'

import { sql } from 'kysely'
import { expect, it } from 'vitest'

import { parseFilter } from '../../src/core/filter/parse-filter.ts'
import type { Store } from '../../src/core/ports/store.ts'
import type { NewRun, Run } from '../../src/core/records/run.ts'
import type { Database } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createStore } from '../../src/store/store.ts'
import { describeOnBothDatabases } from '../support/databases.ts'
import { HOST, newRun, PLAN, SWEEP } from '../support/records.ts'

const TIMEOUT_MS = 240_000

// A statement can bind 32,766 values on SQLite and 65,535 on PostgreSQL. A list of this length needs more.
const MANY = 70_000
const NAMES = Array.from({ length: MANY }, (_, index) => `layer ${index}`)

describeOnBothDatabases('lists longer than a statement', (openFresh) => {
  async function fresh(): Promise<{ database: Database; store: Store }> {
    const database = await openFresh()
    await migrate(database)
    return { database, store: open(database) }
  }

  const open = (database: Database): Store => createStore(database, { now: () => 1_000 })

  const insertRun = async (store: Store, patch: Partial<NewRun> = {}): Promise<Run> =>
    (await store.write((stores) => stores.runs.insert([newRun(patch)])))[0]!

  const count = async (database: Database, table: string): Promise<number> =>
    Number(
      (await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(database.reader)).rows[0]!.n,
    )

  it(
    'A batch may contain any number of metric names, which are read back and removed with their run',
    async () => {
      const { database, store } = await fresh()
      const [run, other] = [await insertRun(store), await insertRun(store)]
      const points = (offset: number) =>
        NAMES.map((name, index) => ({ name, points: Float64Array.of(offset, offset, index + offset) }))

      await store.write((stores) => stores.tracking.appendPoints(run, points(0)))
      await store.write((stores) => stores.tracking.appendPoints(other, points(5).slice(0, 3)))
      // This series has more chunks than are removed at once.
      await store.write((stores) =>
        stores.tracking.appendPoints(run, [{ name: NAMES[0]!, points: new Float64Array(3 * 300_000) }]),
      )

      // A new store, like that of a restarted server, has no cache of the series.
      const again = open(database)
      await again.write((stores) => stores.tracking.appendPoints(run, points(1)))
      const all = (await again.read.tracking.listSummaries([run.id])).get(run.id)!
      const asked = (await again.read.tracking.listSummaries([run.id, other.id], NAMES)).get(run.id)!
      expect([all.size, asked.size, asked.get(NAMES.at(-1)!)]).toEqual([
        MANY,
        MANY,
        expect.objectContaining({ count: 2, last: MANY }),
      ])
      expect([...asked.keys()]).toEqual([...all.keys()])

      while (!(await again.write((stores) => stores.runTrash.purgePart(run))));
      expect(await again.read.runs.get(run.id)).toBeUndefined()
      expect([
        await count(database, 'series'),
        await count(database, 'metric'),
        await count(database, 'chunk'),
      ]).toEqual([3, 3, 3])
    },
    TIMEOUT_MS,
  )

  it('A page of very large runs ends early, and the next page continues there', async () => {
    const { store } = await fresh()
    const text = 'x'.repeat(1_000_000)
    for (let count = 0; count < 120; count += 1) {
      const run = await insertRun(store)
      await store.write((stores) => stores.runs.annotate(run, { params: { text } }))
    }

    const numbers: number[] = []
    const sizes: number[] = []
    for (let cursor: string | undefined; ;) {
      const page = await store.scan.runQueries.listPage({
        projects: 'all',
        sort: [],
        limit: 110,
        isCounted: true,
        ...(cursor !== undefined && { cursor }),
      })
      numbers.push(...page.runs.map(({ number }) => number))
      sizes.push(page.runs.length)
      expect(page.total).toBe(120)
      if (page.next === null) break
      cursor = page.next
    }

    expect(sizes.length).toBeGreaterThan(2)
    expect(numbers).toEqual(Array.from({ length: 120 }, (_, index) => 120 - index))
  })

  it(
    'A run may have any number of tags, parameters and artifacts, which are changed and removed with it',
    async () => {
      const { database, store } = await fresh()
      const params = Object.fromEntries(NAMES.map((name, index) => [name, index]))
      const run = await insertRun(store, { plan: { ...PLAN, params }, tags: NAMES })
      const file = (path: string) => ({ path, sizeBytes: 1, sha256: 'a', kind: 'output' as const, attempt: 1 })

      await store.write(async (stores) => {
        await stores.outputs.put(run.id, NAMES.map(file))
        await stores.outputs.put(run.id, NAMES.map(file))
        await stores.runs.annotate(run, { tags: [...NAMES.slice(10), 'new'], params: { ...params, more: 1 } })
      })
      expect(await store.read.outputs.list(run.id)).toHaveLength(MANY)
      expect(await store.read.runs.get(run.id)).toMatchObject({ tags: { length: MANY - 9 }, params: { more: 1 } })

      const found = async (filter: string) =>
        await store.scan.runQueries.count({ projects: 'all', filter: parseFilter(filter) })
      expect([
        await found(`tag = "${NAMES[0]}"`),
        await found(`tag = "${NAMES.at(-1)}"`),
        await found('tag = new'),
      ]).toEqual([0, 1, 1])

      while (!(await store.write((stores) => stores.runTrash.purgePart(run))));
      expect([
        await count(database, 'run_tag'),
        await count(database, 'run_param'),
        await count(database, 'artifact'),
      ]).toEqual([0, 0, 0])
    },
    TIMEOUT_MS,
  )

  it('Tags that are longer than the part that filters see leave no rows behind', async () => {
    const { database, store } = await fresh()
    const run = await insertRun(store, { tags: ['x'.repeat(400)] })
    expect(await count(database, 'run_tag')).toBe(1)
    await store.write((stores) => stores.runs.annotate(run, { tags: ['y'.repeat(400)] }))
    expect(await count(database, 'run_tag')).toBe(1)
    while (!(await store.write((stores) => stores.runTrash.purgePart(run))));
    expect(await count(database, 'run_tag')).toBe(0)
  })

  it(
    'Any number of runs, attempts, events, suggestions and results is inserted at once',
    async () => {
      const { database, store } = await fresh()
      const sweep = await store.write((stores) =>
        stores.sweeps.insert({ id: randomUUID(), plan: SWEEP, planDigest: 'd', seed: 7, host: HOST }),
      )
      const runs = await store.write((stores) => stores.runs.insert(Array.from({ length: 3_000 }, () => newRun())))
      const attempts = Array.from({ length: 12_000 }, (_, n) => ({
        id: randomUUID(),
        runId: runs[0]!.id,
        n,
        name: `a${n}`,
        planDigest: 'd',
        devices: [],
      }))
      const results = Array.from({ length: 24_000 }, (_, index) => ({
        index,
        rung: 0,
        rerunCount: 0,
        phase: 'succeeded' as const,
        value: index,
      }))

      await store.write(async (stores) => {
        await stores.attempts.insert(attempts)
        await stores.events.append(
          Array.from({ length: 24_000 }, () => ({
            kind: 'run.created' as const,
            actor: 'person' as const,
            runId: runs[0]!.id,
          })),
        )
        await stores.sweepHistory.addTrials(
          sweep.id,
          0,
          Array.from({ length: 24_000 }, (_, index) => ({
            point: { a: index },
            source: 'random',
            resultsUsed: 0,
            budget: null,
          })),
        )
        await stores.sweepHistory.addResults(sweep.id, 0, results)
      })

      expect([await count(database, 'run'), await count(database, 'attempt'), await count(database, 'event')]).toEqual([
        3_000, 12_000, 24_000,
      ])
      expect(await store.read.sweepHistory.listResults(sweep.id, 0)).toEqual(results)
      expect(await store.read.sweepHistory.listTrials(sweep.id, 23_999)).toEqual([
        expect.objectContaining({ point: { a: 23_999 } }),
      ])
    },
    TIMEOUT_MS,
  )

  it('Any number of sweeps, snapshots and environments is looked up at once', async () => {
    const { store } = await fresh()
    const sweep = await store.write((stores) =>
      stores.sweeps.insert({
        id: randomUUID(),
        plan: SWEEP,
        planDigest: 'd',
        seed: 7,
        host: HOST,
        snapshot: 'of sweep',
      }),
    )
    await insertRun(store, { snapshot: 'of run', environment: 'e' })

    expect([...(await store.read.sweeps.listLimits([...NAMES, sweep.id])).keys()]).toEqual([sweep.id])
    expect(
      await store.read.runReferences.findReferenced('snapshot', [...NAMES, 'of run', ...NAMES, 'of sweep']),
    ).toEqual(new Set(['of run', 'of sweep']))
    expect(await store.read.runReferences.findReferenced('environment', [...NAMES, 'e'])).toEqual(new Set(['e']))
  })

  it('A filter with a list of the greatest allowed length is answered', async () => {
    const { store } = await fresh()
    const run = await insertRun(store, { plan: { ...PLAN, params: { x: 5 } }, tags: ['b'], phase: 'running' })
    await store.write((stores) => stores.tracking.appendPoints(run, [{ name: 'm', points: Float64Array.of(0, 0, 5) }]))
    const many = (value: string, length: number) => Array.from({ length }, () => value).join(',')

    const filters = [
      `number in (${many('7', 4_900)}, ${run.number})`,
      `p.x in (${many('7', 4_900)}, 5)`,
      `m.m in (${many('7', 4_900)}, 5)`,
    ]
    filters.push(
      `tag in (${many('a', 4_900)}, b)`,
      `p.x in (${many('a', 2_400)},${many('7', 2_400)},5)`,
      `created not in (${many('-1d', 2_400)})`,
    )
    filters.push(`created in (${many('-1d', 2_400)}, 1970-01-01)`)
    for (const text of filters) {
      const query = { projects: 'all' as const, filter: parseFilter(text), sort: [], limit: 10, isCounted: true }
      expect([
        text.slice(0, 20),
        (await store.scan.runQueries.listPage(query)).total,
        await store.scan.runQueries.count(query),
      ]).toEqual([text.slice(0, 20), 1, 1])
    }
  })
})
