import { expect, it } from 'vitest'

import { DEFAULT_PROJECT } from '../contract/project.ts'
import type { Caller } from '../core/access/caller.ts'
import type { Stores } from '../core/ports/store.ts'
import { findProject } from './lookup.ts'

const project = { id: DEFAULT_PROJECT.id, name: 'renamed', deletedAt: null }
const stores = {
  projects: {
    get: async (id: string) => (id === project.id ? project : undefined),
    getByName: async (name: string) => (name === project.name ? project : undefined),
  },
} as unknown as Stores

it.each<[Caller, string | undefined, boolean]>([
  [{ kind: 'person' }, undefined, true],
  [{ kind: 'person' }, 'renamed', true],
  [{ kind: 'person' }, project.id, true],
  [{ kind: 'person' }, 'default', false],
  [{ kind: 'run', runId: 'r', n: 1 }, undefined, false],
  [{ kind: 'run', runId: 'r', n: 1 }, 'renamed', false],
])('The caller %j that names the project %j finds it: %j', async (by, reference, isFound) => {
  const found = await findProject(stores, by, reference).catch((error: { code: string }) => error.code)
  expect(found).toEqual(isFound ? project : 'not_found')
})
