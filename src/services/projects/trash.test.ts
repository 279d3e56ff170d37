import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { newRun } from '../../../test/support/records.ts'
import { attemptName } from '../../core/run/attempt-name.ts'
import { openSqlite } from '../../store/database.ts'
import { migrate } from '../../store/migrate.ts'
import { createStore } from '../../store/store.ts'
import { purgeTrash } from './trash.ts'
import type { TrashDeps } from './trash.ts'

it('The logs of all attempts of a removed run are removed, each before the other traces of its attempt', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hagane-trash-'))
  await using database = openSqlite(join(folder, 'hagane.db'), () => {})
  await migrate(database)
  const store = createStore(database, { now: () => 1 })
  const id = randomUUID()
  await store.write((stores) => stores.runs.insert([newRun({ id })]))
  for (const n of [1, 2])
    await store.write((stores) =>
      stores.attempts.insert([
        { id: `attempt-${n}`, runId: id, n, name: attemptName(1, n), planDigest: 'd', devices: [] },
      ]),
    )
  const inserted = (await store.read.runs.get(id))!
  await store.write((stores) => stores.runs.transition(inserted, 'stopped', { endedAt: 1, isCollected: true }))
  await store.write((stores) => stores.runTrash.setDeleted({ id }, { deletedAt: 1 }))

  const removed: string[] = []
  const deps: TrashDeps = {
    store,
    clock: { now: () => 10, after: () => () => {} },
    logs: { remove: async (attempt) => void removed.push(`log of ${attempt.id}`) },
    executor: { remove: async (attempt) => void removed.push(attempt.id) },
    outputs: { remove: async () => void removed.push('outputs') } as unknown as TrashDeps['outputs'],
    log: { info: () => {}, warn: () => {}, error: () => {} },
  }
  expect(await purgeTrash(deps, 0)).toBe(1)
  expect(removed).toEqual(['log of attempt-1', 'attempt-1', 'log of attempt-2', 'attempt-2', 'outputs'])
  expect(await store.read.runs.get(id)).toBeUndefined()
  rmSync(folder, { recursive: true })
})
