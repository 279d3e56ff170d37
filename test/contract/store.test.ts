import { randomUUID } from 'node:crypto'

import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'

import type { ReasonCode } from '../../src/contract/messages/messages.ts'
import type { RunPlan, SweepPlan } from '../../src/contract/plan.ts'
import type { RunPhase } from '../../src/contract/phases.ts'
import { encodeValue, Float, LongInteger } from '../../src/contract/values.ts'
import { parseFilter, parseSort } from '../../src/core/filter/parse-filter.ts'
import { POINT_WIDTH } from '../../src/core/metrics/series.ts'
import type { Store } from '../../src/core/ports/store.ts'
import type { NewRun, Run } from '../../src/core/records/run.ts'
import { loadPlan } from '../../src/core/language/load.ts'
import { migrate, NewerSchemaError } from '../../src/store/migrate.ts'
import { createStore } from '../../src/store/store.ts'
import { describeOnBothDatabases } from '../support/databases.ts'
import { HOST, newRun as newPlainRun } from '../support/records.ts'

function runPlan(): RunPlan {
  return loadPlan([
    { file: 'a.yml', text: 'version: 1\nkind: experiment\nparams: {lr: 1.0, name: "x y"}\nrun: {cmd: echo}' },
  ]).plan as RunPlan
}

function sweepPlan(): SweepPlan {
  return loadPlan([
    { file: 'a.yml', text: 'version: 1\nkind: group\nhptuning: {matrix: {a: {values: [1, 2.0]}}}\nrun: {cmd: echo}' },
  ]).plan as SweepPlan
}

function newRun(patch: Partial<NewRun> = {}): NewRun {
  return newPlainRun({ plan: runPlan(), ...patch })
}

describeOnBothDatabases('the store', (openFresh) => {
  let time = 1_000

  async function openStore(): Promise<Store> {
    const database = await openFresh()
    await migrate(database)
    return createStore(database, { now: () => (time += 1) })
  }

  async function insertRun(store: Store, patch: Partial<NewRun> = {}): Promise<Run> {
    return (await store.write((stores) => stores.runs.insert([newRun(patch)])))[0]!
  }

  it('A run is read exactly as it was inserted, with floats still floats', async () => {
    const store = await openStore()
    const run = await insertRun(store)
    const read = await store.read.runs.get(run.id)
    expect(read).toEqual(run)
    expect(read!.params['lr']).toBeInstanceOf(Float)
    expect(await store.read.runs.getByNumber(run.number)).toEqual(run)
  })

  it('Runs and sweeps share one sequence of numbers without gaps', async () => {
    const store = await openStore()
    const first = await insertRun(store)
    const sweep = await store.write((stores) =>
      stores.sweeps.insert({ id: randomUUID(), plan: sweepPlan(), planDigest: 'd', seed: 7, host: HOST }),
    )
    const trials = await store.write((stores) =>
      stores.runs.insert([newRun({ sweepId: sweep.id, trialIndex: 0 }), newRun({ sweepId: sweep.id, trialIndex: 1 })]),
    )
    expect([first.number, sweep.number, ...trials.map((run) => run.number)]).toEqual([1, 2, 3, 4])
  })

  it('A transition fails if the run has changed since its version was read', async () => {
    const store = await openStore()
    const run = await insertRun(store)
    const move = () => store.write((stores) => stores.runs.transition(run, 'starting'))
    expect([await move(), await move()]).toEqual([true, false])
  })

  it('A transition that the table of phases does not allow is refused', async () => {
    const store = await openStore()
    const run = await insertRun(store)
    expect(await store.write((stores) => stores.runs.transition(run, 'running'))).toBe(false)
  })

  it('The database itself refuses to move a run out of a terminal phase', async () => {
    const database = await openFresh()
    await migrate(database)
    const store = createStore(database, { now: () => 1 })
    for (const phase of ['succeeded', 'failed', 'stopped'] as const) {
      const run = await insertRun(store, { phase: phase === 'succeeded' ? 'running' : 'queued' })
      expect(await store.write((stores) => stores.runs.transition(run, phase))).toBe(true)
      const leave = sql`update run set phase = 'running' where id = ${run.id}`.execute(database.writer)
      await expect(leave).rejects.toThrow(/terminal/)
    }
  })

  it('A stop request wins over a decision that was made from an older version', async () => {
    const store = await openStore()
    const run = await insertRun(store)
    expect(await store.write((stores) => stores.runRequests.requestStop({ id: run.id }, 'user'))).toEqual([run.id])
    expect(await store.write((stores) => stores.runs.transition(run, 'starting'))).toBe(false)
    expect((await store.read.runs.get(run.id))!.stopCause).toBe('user')
  })

  it('The same attempt of a run cannot be inserted twice', async () => {
    const store = await openStore()
    const run = await insertRun(store)
    const insert = (name: string) =>
      store.write((stores) =>
        stores.attempts.insert([{ id: randomUUID(), runId: run.id, n: 1, name, planDigest: 'd', devices: ['0'] }]),
      )
    await insert('hagane-1-1')
    await expect(insert('hagane-1-x')).rejects.toThrow()
    expect(await store.read.attempts.findLatest(run.id)).toMatchObject({ n: 1, state: 'intent', devices: ['0'] })
  })

  it('A write that fails is undone alone when several writes share a commit', async () => {
    const store = await openStore()
    const works = Array.from({ length: 10 }, (_, index) =>
      store.write(async (stores) => {
        const [run] = await stores.runs.insert([newRun()])
        if (index % 3 === 0) throw new Error(`work ${index}`)
        return run!.id
      }),
    )

    const results = await Promise.allSettled(works)
    expect(results.filter((result) => result.status === 'rejected')).toHaveLength(4)
    expect(
      await store.read.runQueries.listPage({ projects: 'all', sort: [], limit: 100 }).then((page) => page.runs),
    ).toHaveLength(6)
  })

  it('Metric points are kept bit for bit, including NaN, infinities and minus zero', async () => {
    const store = await openStore()
    const double = fc.double({ noDefaultInfinity: false, noNaN: false })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.tuple(double, double, double), { minLength: 1, maxLength: 90 }), {
          minLength: 1,
          maxLength: 8,
        }),
        async (batches) => {
          const run = await insertRun(store)
          for (const batch of batches)
            await store.write((stores) =>
              stores.tracking.appendPoints(run, [{ name: 'm', points: Float64Array.from(batch.flat()) }]),
            )

          const read = (await store.read.tracking.readPoints(run.id, 'm', 0, 10_000))!
          const wrote = Float64Array.from(batches.flat(2))
          expect(Buffer.from(read.buffer).equals(Buffer.from(wrote.buffer))).toBe(true)

          const summary = (await store.read.tracking.listSummaries([run.id])).get(run.id)!.get('m')!
          expect(summary.count).toBe(wrote.length / POINT_WIDTH)
          expect(summary.last).toBe(wrote.at(-1))
        },
      ),
      { numRuns: 25 },
    )
  })

  it('Integer parameters keep every digit, are sorted by size and found by their digits', async () => {
    const store = await openStore()
    const long = (value: bigint) => new LongInteger(value)
    const seeds = [
      long(2n ** 63n - 1n),
      long(12345678901234567890n),
      long(10n ** 400n),
      long(-(2n ** 64n)),
      3,
      NaN,
      Infinity,
    ]
    const runs: Run[] = []
    for (const seed of seeds) runs.push(await insertRun(store, { plan: { ...runPlan(), params: { seed } } }))
    await store.write((stores) => stores.runs.annotate(runs[4]!, { params: { seed: long(4n * 10n ** 18n) } }))

    for (const [index, run] of runs.entries())
      expect((await store.read.runs.get(run.id))!.params['seed']).toEqual(
        index === 4 ? long(4n * 10n ** 18n) : seeds[index],
      )

    const found = async (filter: string) => {
      const page = await store.scan.runQueries.listPage({
        projects: 'all',
        filter: parseFilter(filter),
        sort: parseSort('p.seed'),
        limit: 10,
      })
      return page.runs.map(({ number }) => number - 1)
    }

    expect(await found('p.seed = "12345678901234567890"')).toEqual([1])
    expect(await found(`p.seed = "1${'0'.repeat(249)}"`)).toEqual([2])
    expect(await found('p.seed > 1000')).toEqual([4, 0, 1])
    expect(await found('p.seed < 0')).toEqual([3])
  })

  it('A series is read in pages that start at any point', async () => {
    const store = await openStore()
    const run = await insertRun(store)
    for (let index = 0; index < 40; index += 1)
      await store.write((stores) =>
        stores.tracking.appendPoints(run, [
          {
            name: 'm',
            points: Float64Array.from({ length: ((index % 7) + 1) * 3 * 11 }, (_, at) => index * 1000 + at),
          },
        ]),
      )

    const all = (await store.read.tracking.readPoints(run.id, 'm', 0, 10_000))!
    for (const from of [0, 1, 255, 256, 700, all.length / 3 - 1]) {
      const page = (await store.read.tracking.readPoints(run.id, 'm', from, 100))!
      expect([...page]).toEqual([...all.subarray(from * 3, (from + 100) * 3)])
    }

    const buckets = (await store.read.tracking.readBuckets(run.id, 'm', 5))!
    expect(buckets.length).toBeLessThanOrEqual(5)
    expect(buckets.reduce((sum, bucket) => sum + bucket.count, 0)).toBe(all.length / 3)
  })

  it('After a shared commit fails, its other writes start again from the state in the database', async () => {
    const store = await openStore()
    const run = await insertRun(store)

    const append = (value: number, fails: boolean) =>
      store.write(async (stores) => {
        await stores.tracking.appendPoints(run, [{ name: 'm', points: Float64Array.of(0, 0, value) }])
        if (fails) throw new Error('undone')
      })

    await append(1, false)
    await Promise.allSettled([append(2, false), append(3, true), append(4, false)])

    const points = (await store.read.tracking.readPoints(run.id, 'm', 0, 10))!
    expect([points[2], points[5], points[8], points.length]).toEqual([1, 2, 4, 9])
  })

  it('The best trial is chosen by finite last values among ended trials that did not fail', async () => {
    const store = await openStore()
    const sweep = await store.write((stores) =>
      stores.sweeps.insert({ id: randomUUID(), plan: sweepPlan(), planDigest: 'd', seed: 7, host: HOST }),
    )

    const add = async (phase: RunPhase, value: number, index: number) => {
      const run = await insertRun(store, { sweepId: sweep.id, trialIndex: index, phase: 'running' })
      await store.write(async (stores) => {
        await stores.tracking.appendPoints(run, [{ name: 'acc', points: Float64Array.of(0, 0, value) }])
        await stores.runs.transition(run, phase)
      })
      return run
    }

    await add('succeeded', NaN, 0)
    await add('succeeded', Infinity, 1)
    await add('failed', 0.99, 2)
    const good = await add('succeeded', 0.9, 3)
    const bad = await add('stopped', 0.1, 4)

    expect(await store.read.trialMetrics.findBest(sweep.id, { metric: 'acc', part: 'last' }, 'maximize')).toMatchObject(
      {
        run: { id: good.id },
        value: 0.9,
      },
    )
    expect(await store.read.trialMetrics.findBest(sweep.id, { metric: 'acc', part: 'last' }, 'minimize')).toMatchObject(
      {
        run: { id: bad.id },
        value: 0.1,
      },
    )
    expect(await store.read.trials.countByPhase(sweep.id)).toEqual({ succeeded: 3, failed: 1, stopped: 1 })
  })

  it('Trials that did not fail are counted by how they ended: by themselves, early, or by a person', async () => {
    const store = await openStore()
    const sweep = await store.write((stores) =>
      stores.sweeps.insert({ id: randomUUID(), plan: sweepPlan(), planDigest: 'd', seed: 7, host: HOST }),
    )

    const ends: [RunPhase, ReasonCode][] = [
      ['succeeded', 'Completed'],
      ['succeeded', 'RungReached'],
      ['stopped', 'StoppedByMethod'],
      ['stopped', 'StoppedByUser'],
      ['failed', 'ExitNonZero'],
    ]
    for (const [index, [phase, reason]] of ends.entries()) {
      const run = await insertRun(store, { sweepId: sweep.id, trialIndex: index, phase: 'running' })
      await store.write((stores) => stores.runs.transition(run, phase, { ending: { reason, evidence: {} } }))
    }
    await insertRun(store, { sweepId: sweep.id, trialIndex: null, phase: 'running' })

    expect(await store.read.trials.countEnds(sweep.id)).toEqual({ finished: 1, early: 2, stopped: 1 })
  })

  it('A migration runs once even if two start together, and a newer schema is refused untouched', async () => {
    const database = await openFresh()
    await Promise.all([migrate(database), migrate(database)])
    await migrate(database)
    await sql`insert into schema_version (version) values (999)`.execute(database.writer)
    await expect(migrate(database)).rejects.toBeInstanceOf(NewerSchemaError)
    await expect(sql`select count(*) from run`.execute(database.writer)).resolves.toBeDefined()
  })

  it('A migration adds the missing parts of the plan and the budget to a sweep of an older version', async () => {
    const database = await openFresh()
    await migrate(database)
    const store = createStore(database, { now: () => 1 })
    const plan = { ...sweepPlan(), method: { name: 'random', trialsMax: 7 } } as const
    const sweep = await store.write((stores) =>
      stores.sweeps.insert({ id: randomUUID(), plan, planDigest: 'd', seed: 1, host: HOST }),
    )

    const {
      constraints: _c,
      firstPoints: _f,
      warmStart: _w,
      failures: _p,
      plateau: _l,
      stoppingRules: _s,
      ...old
    } = plan
    for (const table of ['suggestion', 'sweep_result', 'access_token', 'waiting_batch'])
      await sql`drop table ${sql.table(table)}`.execute(database.writer)
    for (const column of ['budget', 'earlier', 'results', 'failure', 'judged_from'])
      await sql`alter table sweep drop column ${sql.ref(column)}`.execute(database.writer)
    for (const column of ['rung', 'take'])
      await sql`alter table run drop column ${sql.ref(column)}`.execute(database.writer)
    await sql`update sweep set plan = ${encodeValue(old)}`.execute(database.writer)
    await sql`delete from schema_version where version > 2`.execute(database.writer)

    await migrate(database)
    expect(await store.read.sweeps.get(sweep.id)).toMatchObject({
      budget: 7,
      resultCount: 0,
      earlierTrials: [],
      plan: { failures: 'penalise', stoppingRules: [] },
    })
  })

  it('A migrated sweep keeps its results and accepts a second result of a trial that is run again', async () => {
    const database = await openFresh()
    await migrate(database)
    const store = createStore(database, { now: () => 1 })
    const sweep = await store.write((stores) =>
      stores.sweeps.insert({ id: randomUUID(), plan: sweepPlan(), planDigest: 'd', seed: 1, host: HOST }),
    )

    await sql`create table older as select sweep_id, seq, trial_index, rung, phase, value from sweep_result`.execute(
      database.writer,
    )
    await sql`insert into older values (${sweep.id}, 1, 0, 0, 'failed', null), (${sweep.id}, 2, 1, 0, 'succeeded', 0.5)`.execute(
      database.writer,
    )
    for (const table of ['sweep_result', 'waiting_batch'])
      await sql`drop table ${sql.table(table)}`.execute(database.writer)
    await sql`alter table older rename to sweep_result`.execute(database.writer)
    for (const column of ['failure', 'judged_from'])
      await sql`alter table sweep drop column ${sql.ref(column)}`.execute(database.writer)
    await sql`alter table run drop column take`.execute(database.writer)
    await sql`delete from schema_version where version > 4`.execute(database.writer)

    await migrate(database)

    const again = { index: 0, rung: 0, rerunCount: 1, phase: 'succeeded', value: 0.25 } as const
    await store.write((stores) => stores.sweepHistory.addResults(sweep.id, 2, [again]))
    expect(await store.read.sweepHistory.listResults(sweep.id, 0)).toEqual([
      { index: 0, rung: 0, rerunCount: 0, phase: 'failed', value: null },
      { index: 1, rung: 0, rerunCount: 0, phase: 'succeeded', value: 0.5 },
      again,
    ])
    await expect(store.write((stores) => stores.sweepHistory.addResults(sweep.id, 3, [again]))).rejects.toThrow()
  })

  it('The value of a trial is the last, lowest or highest value of its metric, as the measure says', async () => {
    const database = await openFresh()
    await migrate(database)
    const store = createStore(database, { now: () => 1 })
    const sweep = await store.write((stores) =>
      stores.sweeps.insert({ id: randomUUID(), plan: sweepPlan(), planDigest: 'd', seed: 1, host: HOST }),
    )
    const courses = [
      [0.9, 0.01, 0.8],
      [0.5, 0.4, 0.3],
      [NaN, 0.7, NaN],
    ]
    const runs: Run[] = []
    for (const [index, values] of courses.entries()) {
      const run = await insertRun(store, {
        sweepId: sweep.id,
        trialIndex: index,
        phase: 'succeeded',
        ending: { reason: 'Completed', evidence: {} },
      })
      const points = Float64Array.from(values.flatMap((value, step) => [step, step, value]))
      await store.write((stores) => stores.tracking.appendPoints(run, [{ name: 'loss', points }]))
      runs.push(run)
    }

    const by = (part: 'last' | 'min' | 'max') => ({ metric: 'loss', part })
    const trials = store.read.trialMetrics

    expect(await trials.findBest(sweep.id, by('last'), 'minimize')).toMatchObject({
      run: { id: runs[1]!.id },
      value: 0.3,
    })
    expect(await trials.findBest(sweep.id, by('min'), 'minimize')).toMatchObject({
      run: { id: runs[0]!.id },
      value: 0.01,
    })
    expect(await trials.findBest(sweep.id, by('max'), 'minimize')).toMatchObject({
      run: { id: runs[1]!.id },
      value: 0.5,
    })
    expect(await trials.findBestValue(sweep.id, by('max'), 'maximize')).toBe(0.9)

    for (const [part, values] of [
      ['last', [0.8, 0.3, null]],
      ['min', [0.01, 0.3, 0.7]],
      ['max', [0.9, 0.5, 0.7]],
    ] as const) {
      const unrecorded = await store.read.trials.listUnrecorded(sweep.id, by(part))
      expect(unrecorded.map(({ value }) => value)).toEqual(values)
      expect((await store.read.trials.listOutcomes(sweep.id, by(part))).map(({ value }) => value)).toEqual(values)
      expect((await trials.readChart(sweep.id, by(part))).trials.map(({ value }) => value)).toEqual(values)
    }
  })

  it('A trial that is run again is counted and listed once in its sweep', async () => {
    const database = await openFresh()
    await migrate(database)
    const store = createStore(database, { now: () => 1 })
    const sweep = await store.write((stores) =>
      stores.sweeps.insert({ id: randomUUID(), plan: sweepPlan(), planDigest: 'd', seed: 1, host: HOST }),
    )
    const failed = await insertRun(store, {
      sweepId: sweep.id,
      trialIndex: 0,
      phase: 'failed',
      ending: { reason: 'ExitNonZero', evidence: { exitCode: 2 } },
    })
    expect(await store.read.trials.listFailures(sweep.id, 0, 9)).toEqual([{ id: failed.id, ending: failed.ending }])

    const replacement = newRun({ sweepId: sweep.id, trialIndex: 0, rerunCount: 1 })
    const [again] = await store.write(async (stores) => {
      await stores.runs.clearTrialIndexes([failed.id])
      return await stores.runs.insert([replacement])
    })

    expect(await store.read.runs.get(failed.id)).toMatchObject({ sweepId: sweep.id, trialIndex: null, phase: 'failed' })
    expect(again).toMatchObject({ trialIndex: 0, rerunCount: 1 })
    expect(await store.read.trials.countByPhase(sweep.id)).toEqual({ queued: 1 })
    expect([...(await store.read.trials.listTrialIds(sweep.id)).values()]).toEqual([again!.id])
    expect(await store.read.trials.listFailures(sweep.id, 0, 9)).toEqual([])
  })

  it('A store writes nothing more once its fence throws', async () => {
    const database = await openFresh()
    await migrate(database)

    let isReplaced = false
    const store = createStore(database, {
      now: () => 1,
      fence: async () => {
        if (isReplaced) throw new Error('replaced')
      },
    })

    await insertRun(store)
    isReplaced = true
    await expect(insertRun(store)).rejects.toThrow('replaced')
    expect(
      await store.read.runQueries.listPage({ projects: 'all', sort: [], limit: 10 }).then((page) => page.runs),
    ).toHaveLength(1)
  })
})
