import fc from 'fast-check'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { expect, it } from 'vitest'

import { POINT_WIDTH } from '../../src/core/metrics/series.ts'
import type { PointSource } from '../../src/core/metrics/series.ts'
import type { Store } from '../../src/core/ports/store.ts'
import type { Run } from '../../src/core/records/run.ts'
import type { Database } from '../../src/store/database.ts'
import { dumpTables, fillTables } from '../../src/store/dump.ts'
import { StoreFault } from '../../src/store/faults.ts'
import type { FaultKind } from '../../src/store/faults.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createStore } from '../../src/store/store.ts'
import type { Tables } from '../../src/store/tables.ts'
import { describeOnBothDatabases } from '../support/databases.ts'
import { newRun } from '../support/records.ts'

const SECOND: PointSource = { attempt: 2, writer: 7 }

describeOnBothDatabases('points that wait to be folded into their series', (openFresh, engine) => {
  const open = (database: Database): Store => createStore(database, { now: () => 1 })

  async function openMigrated(): Promise<Database> {
    const database = await openFresh()
    await migrate(database)
    return database
  }

  async function insertRun(store: Store): Promise<Run> {
    return (await store.write((stores) => stores.runs.insert([newRun()])))[0]!
  }

  async function countWaiting({ writer }: Database): Promise<number> {
    return Number(
      (await writer.selectFrom('waiting_batch').select(writer.fn.countAll().as('count')).executeTakeFirstOrThrow())
        .count,
    )
  }

  const point = (step: number, value: number): Float64Array => Float64Array.of(step, step * 10, value)

  it('A read folds waiting points first, in the transaction that appends them and in later ones', async () => {
    const database = await openMigrated()
    const store = open(database)
    const run = await insertRun(store)

    const within = await store.write(async (stores) => {
      await stores.tracking.appendPoints(run, [{ name: 'loss', points: point(0, 3) }])
      return (await stores.tracking.listSummaries([run.id])).get(run.id)?.get('loss')?.last
    })
    await store.write((stores) => stores.tracking.appendPoints(run, [{ name: 'loss', points: point(1, 2) }]))

    expect([within, await countWaiting(database)]).toEqual([3, 1])
    expect([...(await store.read.tracking.readPoints(run.id, 'loss', 0, 10))!]).toEqual([0, 0, 3, 1, 10, 2])
    expect(await countWaiting(database)).toBe(0)
  })

  it('Filters, names of metrics and buckets include waiting points', async () => {
    const store = open(await openMigrated())
    const run = await insertRun(store)
    const append = (name: string, value: number) =>
      store.write((stores) => stores.tracking.appendPoints(run, [{ name, points: point(0, value) }]))

    await append('a', 1)
    expect(await store.scan.runQueries.hasName('metric', 'a', 'all')).toBe(true)

    await append('b', 2)
    expect(
      (await store.scan.runQueries.listNames('metric', 'b', { projects: 'all', limit: 10 })).map((item) => item.text),
    ).toEqual(['b'])

    await append('b', 5)
    expect(
      (await store.scan.tracking.readBuckets(run.id, 'b', 10))!.reduce((sum, bucket) => sum + bucket.count, 0),
    ).toBe(2)

    await append('c', 2)
    expect(await store.read.tracking.listCommonMetrics([run.id], 10)).toEqual(['a', 'b', 'c'])
  })

  it('Waiting points survive the server that received them', async () => {
    const database = await openMigrated()
    const first = open(database)
    const run = await insertRun(first)
    await first.write((stores) => stores.tracking.appendPoints(run, [{ name: 'loss', points: point(0, 3) }]))
    expect(await countWaiting(database)).toBe(1)

    const second = open(database)
    await second.write((stores) => stores.tracking.appendPoints(run, [{ name: 'loss', points: point(1, 2) }]))
    expect((await second.read.tracking.listSummaries([run.id])).get(run.id)!.get('loss')).toMatchObject({
      count: 2,
      sum: 5,
      last: 2,
    })
  })

  it('Waiting points are folded after a second even if nothing reads them', async () => {
    const database = await openMigrated()
    const store = open(database)
    const run = await insertRun(store)
    await store.write((stores) => stores.tracking.appendPoints(run, [{ name: 'loss', points: point(0, 3) }]))
    await expect.poll(() => countWaiting(database), { timeout: 10_000 }).toBe(0)
  })

  it('Waiting points are folded at once when there are many', async () => {
    const database = await openMigrated()
    const store = open(database)
    const run = await insertRun(store)
    const points = Float64Array.from({ length: 40_000 * POINT_WIDTH }, (_, at) => at)

    await store.write((stores) => stores.tracking.appendPoints(run, [{ name: 'loss', points }]))
    await store.write((stores) => stores.runs.get(run.id))
    expect(await countWaiting(database)).toBe(0)
    expect(await store.read.tracking.readPoints(run.id, 'loss', 39_999, 10)).toEqual(points.slice(-POINT_WIDTH))
  })

  it('On a full disk pages omit waiting points and decisions fail; with room the points are folded', async () => {
    const database = await openMigrated()
    let fault: FaultKind | undefined
    const fence = async (): Promise<void> => {
      if (fault) throw new StoreFault(fault, new Error(fault))
    }
    const store = createStore(database, { now: () => 1, fence })

    const run = await insertRun(store)
    const append = (step: number) =>
      store.write((stores) => stores.tracking.appendPoints(run, [{ name: 'loss', points: point(step, step) }]))
    const read = async (): Promise<number> =>
      (await store.read.tracking.readPoints(run.id, 'loss', 0, 10))!.length / POINT_WIDTH

    await append(0)
    expect(await read()).toBe(1)

    await append(1)
    fault = 'full'
    expect([await read(), await read()]).toEqual([1, 1])
    await expect(store.readComplete.tracking.readPoints(run.id, 'loss', 0, 10)).rejects.toThrow('storage_full')

    fault = 'unreachable'
    await expect(read()).rejects.toThrow('unavailable')

    fault = undefined
    expect(await read()).toBe(2)
  })

  it('Points of a commit whose answer was lost are read', async () => {
    const database = await openMigrated()
    let connection: Kysely<Tables> = database.writer
    const store = createStore(database, { now: () => 1, fence: async (db) => void (connection = db) })
    const run = await insertRun(store)
    await store.read.tracking.listCommonMetrics([run.id], 1)

    const lost = store.write(async (stores) => {
      await stores.tracking.appendPoints(run, [{ name: 'loss', points: point(0, 3) }])
      await sql`commit`.execute(connection)
      throw new StoreFault('unreachable', new Error('unreachable'))
    })
    await expect(lost).rejects.toThrow()
    expect((await store.read.tracking.listSummaries([run.id])).get(run.id)?.get('loss')?.last).toBe(3)
  })

  it('Points of a write that fails are discarded, and points of other writes in the same commit stay', async () => {
    const store = open(await openMigrated())
    const run = await insertRun(store)

    const works = [1, 2, 3, 4].map((value) =>
      store.write(async (stores) => {
        await stores.tracking.appendPoints(run, [{ name: 'm', points: point(value, value) }])
        if (value % 2 === 0) throw new Error(`work ${value}`)
        // This read folds the waiting points of the other writes.
        await stores.tracking.listSummaries([run.id])
      }),
    )
    const results = await Promise.allSettled(works)

    expect(results.map((result) => (result.status === 'rejected' ? (result.reason as Error).message : 'done'))).toEqual(
      ['done', 'work 2', 'done', 'work 4'],
    )
    expect(
      [...(await store.read.tracking.readPoints(run.id, 'm', 0, 10))!].filter((_, at) => at % POINT_WIDTH === 2),
    ).toEqual([1, 3])
  })

  it('Waiting batches with numbers above 2^31 are stored and folded', async () => {
    const database = await openMigrated()
    const store = open(database)
    const run = await insertRun(store)
    const append = (step: number) =>
      store.write((stores) => stores.tracking.appendPoints(run, [{ name: 'loss', points: point(step, step) }]))

    if (engine === 'postgres')
      await sql`alter table waiting_batch alter column n restart with 4000000000`.execute(database.writer)
    await append(0)
    if (engine === 'sqlite') await sql`update waiting_batch set n = 4000000000`.execute(database.writer)
    await append(1)

    expect(
      [...(await store.read.tracking.readPoints(run.id, 'loss', 0, 10))!].filter((_, at) => at % POINT_WIDTH === 0),
    ).toEqual([0, 1])
  })

  it('Waiting points are removed with their run', async () => {
    const database = await openMigrated()
    const store = open(database)
    const run = await insertRun(store)
    await store.write((stores) => stores.tracking.appendPoints(run, [{ name: 'loss', points: point(0, 3) }]))

    const purge = () => store.write((stores) => stores.runTrash.purgePart(run))
    while (!(await purge()));

    const left = await sql<{
      n: number
    }>`select (select count(*) from waiting_batch) + (select count(*) from series) + (select count(*) from run) as n`.execute(
      database.writer,
    )
    expect(Number(left.rows[0]!.n)).toBe(0)
  })

  it('A backup contains waiting points, and a restore brings them back', async () => {
    const database = await openMigrated()
    const store = open(database)
    const run = await insertRun(store)
    await store.write((stores) => stores.tracking.appendPoints(run, [{ name: 'loss', points: point(0, NaN) }], SECOND))

    const tables = new Map<string, Record<string, unknown>[]>()
    await dumpTables(database, async (table, rows) => {
      const all: Record<string, unknown>[] = []
      for await (const row of rows) all.push(row)
      tables.set(table, all)
    })

    const copy = await openMigrated()
    // Passes the rows as they are read from a backup: as JSON, one iterable per table.
    await fillTables(
      copy,
      (table) =>
        (async function* () {
          yield* JSON.parse(JSON.stringify(tables.get(table))) as Record<string, unknown>[]
        })(),
      Date.now(),
    )

    const restored = open(copy)
    await restored.write((stores) => stores.tracking.appendPoints(run, [{ name: 'loss', points: point(1, 1) }], SECOND))
    expect((await restored.read.tracking.listSummaries([run.id])).get(run.id)!.get('loss')).toMatchObject({
      count: 2,
      numbers: 1,
      last: 1,
      lastAttempt: 2,
    })
  })

  it('Points are read exactly as they were appended, whenever they are folded', async () => {
    const store = open(await openMigrated())
    const number = fc.double({ noDefaultInfinity: false })
    const series = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      points: fc.array(fc.tuple(fc.constantFrom(1, 2, -0), fc.constantFrom(5, 6), number)),
    })
    const batch = fc.record({
      series: fc.uniqueArray(series, { selector: (item) => item.name, minLength: 1 }),
      writer: fc.constantFrom(1, 2),
      isRead: fc.boolean(),
    })

    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 12 }), async (batches) => {
        const run = await insertRun(store)
        const expected = new Map<string, number[]>()

        for (const { series: all, writer, isRead } of batches) {
          for (const { name, points } of all) expected.set(name, [...(expected.get(name) ?? []), ...points.flat()])
          const filled = all.map(({ name, points }) => ({ name, points: Float64Array.from(points.flat()) }))
          await store.write((stores) => stores.tracking.appendPoints(run, filled, { attempt: 1, writer }))
          if (isRead) await store.read.tracking.listCommonMetrics([run.id], 1)
        }

        for (const [name, numbers] of expected) {
          const points = (await store.read.tracking.readPoints(run.id, name, 0, 10_000))!
          expect(points).toEqual(Float64Array.from(numbers))
        }
      }),
      { numRuns: 40 },
    )
  })
})
