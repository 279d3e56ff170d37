import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import type { Store } from '../../src/core/ports/store.ts'
import type { NewRun, Run } from '../../src/core/records/run.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createStore } from '../../src/store/store.ts'
import { describeOnBothDatabases } from '../support/databases.ts'
import { newRun } from '../support/records.ts'

describeOnBothDatabases('the claims on the outputs of a run', (openFresh) => {
  async function fresh(): Promise<Store> {
    const database = await openFresh()
    await migrate(database)
    return createStore(database, { now: () => 1 })
  }

  const insert = async (store: Store, patch: Partial<NewRun> = {}): Promise<Run> =>
    (await store.write((stores) => stores.runs.insert([newRun(patch)])))[0]!
  const start = async (store: Store, { id }: Run): Promise<void> => {
    const run = (await store.read.runs.get(id))!
    await store.write((stores) => stores.runs.transition(run, 'starting'))
    const starting = (await store.read.runs.get(id))!
    await store.write((stores) => stores.runs.transition(starting, 'running', { startedAt: 1 }))
  }
  const end = async (store: Store, { id }: Run): Promise<void> => {
    const run = (await store.read.runs.get(id))!
    await store.write((stores) => stores.runs.transition(run, 'stopped', { endedAt: 1 }))
  }
  const resume = (store: Store, run: Run): Promise<Run> =>
    insert(store, {
      id: randomUUID(),
      origin: { kind: 'resumes', runId: run.id },
      outputsOwnerNumber: run.outputsOwnerNumber,
    })

  it('are none for an ended run that nothing was derived from', async () => {
    const store = await fresh()
    const run = await insert(store)
    await end(store, run)
    expect(await store.read.outputs.readClaims(run)).toEqual({
      openWriter: null,
      hasOtherWriters: false,
      isNeededAtStart: false,
    })
  })

  it('name the open run that writes to them, also the run itself', async () => {
    const store = await fresh()
    const run = await insert(store)
    expect((await store.read.outputs.readClaims(run)).openWriter).toBe(run.number)
    await end(store, run)
    const resumed = await resume(store, run)
    expect(await store.read.outputs.readClaims(run)).toMatchObject({
      openWriter: resumed.number,
      hasOtherWriters: true,
    })
    expect(await store.read.outputs.readClaims(resumed)).toMatchObject({ hasOtherWriters: true })
  })

  it('hold the outputs for a copy until the copy has started or ended', async () => {
    const store = await fresh()
    const run = await insert(store)
    await end(store, run)
    const [started, stopped] = [
      await insert(store, { origin: { kind: 'copies', runId: run.id } }),
      await insert(store, { origin: { kind: 'copies', runId: run.id } }),
    ]
    expect(await store.read.outputs.readClaims(run)).toEqual({
      openWriter: null,
      hasOtherWriters: false,
      isNeededAtStart: true,
    })
    await start(store, started)
    expect((await store.read.outputs.readClaims(run)).isNeededAtStart).toBe(true)
    await end(store, stopped)
    expect((await store.read.outputs.readClaims(run)).isNeededAtStart).toBe(false)
  })

  it('hold all runs of a chain for a run that has not started yet, also where the run between them never started', async () => {
    const store = await fresh()
    const first = await insert(store)
    await start(store, first)
    await end(store, first)
    const second = await resume(store, first)
    await end(store, second)
    const third = await resume(store, second)

    for (const run of [first, second]) expect((await store.read.outputs.readClaims(run)).isNeededAtStart).toBe(true)
    await start(store, third)
    for (const run of [first, second]) expect((await store.read.outputs.readClaims(run)).isNeededAtStart).toBe(false)
  })
})
