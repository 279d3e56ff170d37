import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import type { AppError } from '../../src/contract/errors.ts'
import type { SweepPlan } from '../../src/contract/plan.ts'
import { parseFilter, parseSort } from '../../src/core/filter/parse-filter.ts'
import type { Store } from '../../src/core/ports/store.ts'
import type { Run } from '../../src/core/records/run.ts'
import type { Sweep } from '../../src/core/records/sweep.ts'
import { loadPlan } from '../../src/core/language/load.ts'
import {
  changeRun,
  changeSweep,
  changeTags,
  deleteRun,
  deleteSweep,
  pauseSweep,
  restoreRun,
  restoreSweep,
  stopSweep,
} from '../../src/services/runs/controls.ts'
import { createRun } from '../../src/services/runs/submissions.ts'
import { takeBatch } from '../../src/services/runs/tracking.ts'
import type { Database } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createStore } from '../../src/store/store.ts'
import { describeOnBothDatabases } from '../support/databases.ts'

const NUDGES = { run: () => {}, sweep: () => {}, collection: () => {}, scheduler: () => {}, janitor: () => {} }
const CLOCK = { now: () => 1_000, after: () => () => {} }
const IDS = { uuid: randomUUID, random: () => 0.5, digest: () => 'd' }
const SWEEP = loadPlan([
  { file: 'a.yml', text: 'version: 1\nkind: group\nhptuning: {matrix: {a: {values: [1, 2]}}}\nrun: {cmd: echo}' },
]).plan as SweepPlan
const HOST = { workDir: '/', python: null, path: '', git: null }

describeOnBothDatabases('late arrivals', (openFresh) => {
  async function fresh(): Promise<{ database: Database; store: Store }> {
    const database = await openFresh()
    await migrate(database)
    return { database, store: open(database) }
  }

  const open = (database: Database): Store => createStore(database, { now: CLOCK.now })

  const deps = (store: Store) => ({
    store,
    clock: CLOCK,
    nudges: NUDGES,
    ids: IDS,
    by: { kind: 'person' } as const,
  })

  async function insertTrial(store: Store, sweep: Sweep, index: number): Promise<Run> {
    const plan = loadPlan([
      { file: 'a.yml', text: 'version: 1\nkind: experiment\nparams: {lr: 0.1, given: 1}\nrun: {cmd: echo}' },
    ]).plan as Run['plan']
    const [run] = await store.write(async (stores) => {
      const runs = await stores.runs.insert([
        {
          id: randomUUID(),
          sweepId: sweep.id,
          trialIndex: index,
          plan,
          planDigest: 'd',
          host: HOST,
          actor: 'person',
          isExecuted: true,
          phase: 'running',
        },
      ])
      return runs
    })
    return run!
  }

  const insertSweep = (store: Store) =>
    store.write((stores) =>
      stores.sweeps.insert({ id: randomUUID(), plan: SWEEP, planDigest: 'd', seed: 1, host: HOST }),
    )

  /** Sends records as the only batch of a new writer. */
  const send = async (store: Store, run: Run, attempt: number, records: unknown[]) =>
    await takeBatch(deps(store), run, { writer: randomUUID(), attempt, first: 1, records })

  const metrics = (attempt: number, losses: number[]) =>
    losses.map((loss, step) => ({ k: 'm', s: step, t: 100 * attempt + step, v: { loss } }))

  it('Late records of an earlier attempt do not change the last value or what is computed from it', async () => {
    const { database, store } = await fresh()
    const sweep = await insertSweep(store)
    const [run, other] = [await insertTrial(store, sweep, 0), await insertTrial(store, sweep, 1)]

    await send(store, run, 2, metrics(2, [9, 5, 1]))
    await send(store, other, 1, metrics(1, [8, 2]))
    await send(store, run, 1, metrics(1, [100, 99]))
    // A server that is started later reads the last point from the database to compare late records with it.
    await send(open(database), run, 1, metrics(1, [98, 97]))
    for (const trial of [run, other]) await store.write((stores) => stores.runs.transition(trial, 'succeeded'))

    const summary = (await store.read.tracking.listSummaries([run.id])).get(run.id)!.get('loss')!
    expect(summary).toMatchObject({ last: 1, lastStep: 2, min: 1, max: 100, count: 7 })

    const found = async (filter: string) =>
      (
        await store.scan.runQueries.listPage({
          projects: 'all',
          filter: parseFilter(filter),
          sort: parseSort('m.loss'),
          limit: 10,
        })
      ).runs.map(({ number }) => number)

    expect([await found('m.loss < 2'), await found('m.loss > 0'), await found('m.loss > 50')]).toEqual([
      [run.number],
      [run.number, other.number],
      [],
    ])
    expect(
      await store.read.trialMetrics.findBest(sweep.id, { metric: 'loss', part: 'last' }, 'minimize'),
    ).toMatchObject({
      value: 1,
      run: { id: run.id },
    })
    expect(
      (await store.read.trials.listOutcomes(sweep.id, { metric: 'loss', part: 'last' })).map(({ value }) => value),
    ).toEqual([1, 2])
    expect(
      (await store.read.trialMetrics.readChart(sweep.id, { metric: 'loss', part: 'last' })).trials.map(
        ({ value }) => value,
      ),
    ).toEqual([1, 2])
  })

  it('Parameters that a trial logs under the names of its point do not change its point', async () => {
    const { store } = await fresh()
    const sweep = await insertSweep(store)
    const run = await insertTrial(store, sweep, 0)
    await store.write((stores) =>
      stores.sweepHistory.addTrials(sweep.id, 0, [
        { point: { lr: 0.1 }, source: 'random', resultsUsed: 0, budget: null },
      ]),
    )

    await send(store, run, 1, [{ k: 'p', v: { lr: 99, seed: 4 } }])
    await store.write(async (stores) => await stores.runs.transition((await stores.runs.get(run.id))!, 'succeeded'))

    const tried = { lr: 0.1, given: 1, seed: 4 }
    expect(
      (await store.read.trials.listOutcomes(sweep.id, { metric: 'loss', part: 'last' })).map(({ params }) => params),
    ).toEqual([tried])
    expect(
      (await store.read.trialMetrics.readChart(sweep.id, { metric: 'loss', part: 'last' })).trials.map(
        ({ params }) => params,
      ),
    ).toEqual([tried])
    expect((await store.read.runs.get(run.id))!.params).toEqual({ lr: 99, given: 1, seed: 4 })
  })

  it('Late records of an earlier attempt replace no later parameter or file and add what is missing', async () => {
    const { store } = await fresh()
    const first = await insertTrial(store, await insertSweep(store), 0)
    await store.write((stores) => stores.runs.transition(first, 'paused'))
    await store.write(async (stores) => {
      const now = (await stores.runs.get(first.id))!
      await stores.runs.transition(now, 'queued')
      await stores.runs.transition({ id: now.id, version: now.version + 1 }, 'starting', { attemptCount: 2 })
    })
    const run = (await store.read.runs.get(first.id))!
    const file = (size: number) => ({ k: 'a', name: 'model', path: '/m', size, sha256: String(size).repeat(64) })

    await send(store, run, 2, [{ k: 'p', v: { lr: 0.2, seed: 2 } }, { k: 'g', v: ['b'] }, file(2)])
    await send(store, run, 1, [{ k: 'p', v: { lr: 0.3, seed: 1, given: 7, host: 'a' } }, { k: 'g', v: ['a'] }, file(1)])
    expect(await store.read.runs.get(run.id)).toMatchObject({
      params: { lr: 0.2, seed: 2, given: 7, host: 'a' },
      tags: ['b', 'a'],
    })
    expect(await store.read.outputs.list(run.id)).toMatchObject([{ attempt: 2, sizeBytes: 2 }])

    await send(store, run, 2, [file(3), { k: 'p', v: { lr: 0.4 } }])
    expect(await store.read.outputs.list(run.id)).toMatchObject([{ attempt: 2, sizeBytes: 3 }])
    expect((await store.read.runs.get(run.id))!.params['lr']).toBe(0.4)
    expect((await store.read.runs.get(run.id))!.plan.params).toEqual({ lr: 0.1, given: 1 })
  })

  it('Records of a removed run are refused until the run is created again under its id', async () => {
    const { store } = await fresh()
    const request = { id: randomUUID(), digest: 'd' }
    const make = async () => await createRun(deps(store), { kind: 'job' }, request)
    const run = await make()
    const records = metrics(1, [3, 2, 1])
    await send(store, run, 1, records)

    const deleteForGood = async (which: Run) => {
      await store.write((stores) => stores.runs.transition(which, 'stopped', { isCollected: true }))
      await store.write((stores) => stores.runTrash.setDeleted({ id: which.id }, { deletedAt: 1 }))
      await store.write((stores) => stores.runTrash.beginPurge(which.id, 2))
    }

    await deleteForGood(run)
    await expect(send(store, run, 1, records)).rejects.toMatchObject({ code: 'not_found' })

    while (!(await store.write((stores) => stores.runTrash.purgePart(run))));
    await expect(send(store, run, 1, records)).rejects.toMatchObject({ code: 'not_found' })

    const again = await make()
    expect(again.number).not.toBe(run.number)

    await send(store, again, 1, [...records, { k: 's', v: 'succeeded' }])
    expect((await store.read.tracking.readPoints(again.id, 'loss', 0, 10))!.length).toBe(9)
    expect(await store.read.runs.get(again.id)).toMatchObject({ phase: 'succeeded' })
  })

  it('Changes to a removed run or sweep fail with not_found or change nothing', async () => {
    const { store } = await fresh()
    const run = await createRun(deps(store), { kind: 'job' }, { id: randomUUID(), digest: 'd' })
    const sweep = await insertSweep(store)
    while (!(await store.write((stores) => stores.runTrash.purgePart(run))));
    await store.write((stores) => stores.sweeps.purge(sweep.id))

    const all = deps(store)
    const changes = [
      restoreRun(all, run),
      changeRun(all, run, { name: 'x' }),
      restoreSweep(all, sweep),
      changeSweep(all, sweep, { name: 'x' }),
      deleteSweep(all, sweep),
      stopSweep(all, sweep),
      pauseSweep(all, sweep, false),
    ]
    const results = await Promise.allSettled(changes)
    expect(results.map((result) => result.status === 'rejected' && (result.reason as AppError).code)).toEqual(
      changes.map(() => 'not_found'),
    )
    expect([await deleteRun(all, run), await changeTags(all, run, (tags) => [...tags, 'x'])]).toEqual([0, false])
  })
})
