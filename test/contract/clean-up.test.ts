import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import type { Store } from '../../src/core/ports/store.ts'
import type { Sweep } from '../../src/core/records/sweep.ts'
import { cleanUp } from '../../src/services/clean-up.ts'
import type { CleanUpDeps } from '../../src/services/clean-up.ts'
import { changeSweep, pauseSweep, restoreSweep, resumeSweep, stopSweep } from '../../src/services/runs/controls.ts'
import type { ControlDeps } from '../../src/services/runs/controls.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createStore } from '../../src/store/store.ts'
import { describeOnBothDatabases } from '../support/databases.ts'
import { HOST, newRun, SWEEP } from '../support/records.ts'

const STOPPED = { phase: 'stopped', ending: { reason: 'StoppedByUser', evidence: {} } } as const
const DAY_MS = 86_400_000
const NOW = 1_000 * DAY_MS

describeOnBothDatabases('a round of clean-up', (openFresh) => {
  async function fresh(): Promise<Store> {
    const database = await openFresh()
    await migrate(database)
    return createStore(database, { now: () => 1 })
  }

  const failWith = (message: string) => async (): Promise<never> => {
    throw Object.assign(new Error(message), { code: 'EACCES' })
  }

  /**
   * Returns dependencies whose file operations fail, and an array that collects the fields of log entries. Removing the
   * outputs of a run fails only if `isBad` is true for its number.
   */
  function depsOf(store: Store, isBad: (number: number) => boolean): { deps: CleanUpDeps; told: object[] } {
    const logged: object[] = []
    const note = (fields: object): void => void logged.push(fields)
    const deps = {
      store,
      clock: { now: () => NOW, after: () => () => {} },
      log: { info: note, warn: note, error: note },
      trashKeepMs: DAY_MS,
      executor: { remove: async () => {} },
      outputs: {
        remove: async ({ run }: { run: { number: number } }) => {
          if (isBad(run.number)) await failWith(`run ${run.number}`)()
        },
      },
      workCopies: { removeOld: failWith('work copies') },
      code: { runExclusively: failWith('code') },
      builder: { remove: failWith('environment') },
    } as unknown as CleanUpDeps

    return { deps, told: logged }
  }

  it('A round of clean-up removes all it can, logs each failure, and a later round removes the rest', async () => {
    const store = await fresh()
    const runs = await store.write((stores) => stores.runs.insert(Array.from({ length: 130 }, () => newRun(STOPPED))))
    const sweep = await store.write((stores) =>
      stores.sweeps.insert({ id: randomUUID(), plan: SWEEP, planDigest: 'd', seed: 1, host: HOST }),
    )
    await store.write(async (stores) => {
      for (const run of runs) await stores.runTrash.setDeleted({ id: run.id }, { deletedAt: 1 })
      await stores.sweeps.update(sweep, { phase: 'stopped' })
      await stores.sweeps.setDeleted({ id: sweep.id }, { deletedAt: 1 })
      await stores.requests.insert('old', 'd')
      for (const hash of ['a', 'b']) {
        await stores.environments.putBuilding({ hash, buildRunId: runs[0]!.id, python: '3' })
        await stores.environments.update(hash, { state: 'ready' })
      }
    })

    // The runs that cannot be removed come first and are more than one page.
    const { deps, told } = depsOf(store, (number) => number <= 120)
    await cleanUp(deps)
    expect(await store.scan.runQueries.count({ projects: 'all', isDeleted: true })).toBe(120)
    expect(await store.read.sweeps.get(sweep.id)).toBeUndefined()
    expect((await store.read.environments.list()).map(({ state }) => state)).toEqual(['removed', 'removed'])
    expect(await store.read.requests.findDigest('old')).toBeUndefined()

    const about = told.map((fields) => Object.entries(fields)[0]!)
    expect(about.filter(([kind]) => kind === 'run').map(([, number]) => number)).toEqual(
      Array.from({ length: 120 }, (_, index) => index + 1),
    )
    expect(about.filter(([kind]) => kind !== 'run')).toEqual([
      ['step', 'working copies'],
      ['step', 'code'],
      ['environment', 'a'],
      ['environment', 'b'],
    ])

    await cleanUp(depsOf(store, () => false).deps)
    expect(await store.scan.runQueries.count({ projects: 'all', isDeleted: true })).toBe(0)
  })
})

describeOnBothDatabases('an act on what has just been removed for good', (openFresh) => {
  const deps = (store: Store): ControlDeps => ({
    store,
    nudges: { run: () => {}, sweep: () => {}, scheduler: () => {} } as unknown as ControlDeps['nudges'],
    clock: { now: () => NOW, after: () => () => {} },
    by: { kind: 'person' },
  })

  const acts: [string, (deps: ControlDeps, sweep: Sweep) => Promise<unknown>][] = [
    ['stop', stopSweep],
    ['pause', (more, sweep) => pauseSweep(more, sweep, false)],
    ['resume', resumeSweep],
    ['change', (more, sweep) => changeSweep(more, sweep, { name: 'new' })],
    ['restore', restoreSweep],
  ]

  it.each(acts)('A request to %s a sweep that was just removed fails with not_found', async (_, act) => {
    const database = await openFresh()
    await migrate(database)
    const store = createStore(database, { now: () => 1 })
    const sweep = await store.write((stores) =>
      stores.sweeps.insert({ id: randomUUID(), plan: SWEEP, planDigest: 'd', seed: 1, host: HOST }),
    )
    const found = { ...sweep, id: randomUUID() }
    await expect(act(deps(store), found)).rejects.toMatchObject({ code: 'not_found' })
  })
})
