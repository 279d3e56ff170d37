import { expect, it, vi } from 'vitest'

import type { SearchSpace } from '../../../contract/search-space.ts'
import type { Result, Suggestion } from '../history.ts'
import type { SearchTask } from '../methods/method.ts'
import { createMethod } from '../methods/registry.ts'

const broken = vi.hoisted(() => ({ gaussian: false, density: false }))
vi.mock('./gaussian-process.ts', async (load) => {
  const real = await load<typeof import('./gaussian-process.ts')>()
  return {
    ...real,
    createProcess: (...args: Parameters<typeof real.createProcess>) => {
      if (broken.gaussian) throw new Error('no process today')
      return real.createProcess(...args)
    },
  }
})
vi.mock('../methods/tpe.ts', async (load) => {
  const real = await load<typeof import('../methods/tpe.ts')>()
  return {
    ...real,
    suggestByDensity: (...args: Parameters<typeof real.suggestByDensity>) => {
      if (broken.density) throw new Error('no density either')
      return real.suggestByDensity(...args)
    },
  }
})

const space: SearchSpace = ['x', 'y'].map((name) => ({ name, kind: 'uniform', low: 0, high: 1 }))
const task: SearchTask = {
  space,
  constraints: [],
  method: { name: 'bo', trialsMax: 60 },
  concurrency: 4,
  seed: 3,
  earlier: [],
}

/**
 * Runs 40 trials, of which trials 20 to 29 are requested while a model is broken. Returns the source of each trial, and
 * the trials for which breakdowns were reported.
 */
function runSearch(what: { gaussian: boolean; density: boolean }): { sources: string[]; reported: number[] } {
  const reported: number[] = []
  const method = createMethod(task, { onBreakdown: (_error, index) => reported.push(index) })
  const trials: Suggestion[] = []
  const results: Result[] = []

  for (let index = 0; index < 40; index += 1) {
    Object.assign(broken, index >= 20 && index < 30 ? what : { gaussian: false, density: false })
    const [made] = method.suggest({ trials, results }, 1)
    trials.push(made!)
    results.push({ index, value: Number(made!.point['x']) })
  }

  return { sources: trials.map(({ source }) => source), reported }
}

it.each([
  [{ gaussian: true, density: false }, 'density', 1],
  [{ gaussian: true, density: true }, 'random', 2],
] as const)('A model that fails (%o) is replaced by %s for those trials, and reported', (what, source, reports) => {
  const { sources, reported } = runSearch(what)
  expect(new Set(sources.slice(20, 30))).toEqual(new Set([source]))
  expect(new Set([...sources.slice(12, 20), ...sources.slice(30)])).toEqual(new Set(['gaussian']))
  expect(reported).toEqual(Array.from({ length: 10 * reports }, (_, i) => 20 + Math.floor(i / reports)))
})
