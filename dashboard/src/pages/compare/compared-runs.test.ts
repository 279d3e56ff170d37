import { expect, it } from 'vitest'

import { readComparedRuns, writeComparedRuns } from './compared-runs.ts'

const many = Array.from({ length: 40 }, (_, i) => i + 1)

it.each([
  ['no runs', '', [], 0],
  ['runs in the order of the address', 'runs=5,3,9', [5, 3, 9], 3],
  ['each run once', 'runs=5,3,5', [5, 3], 2],
  ['no text that is no run number', 'runs=5,x,-3,1e3,1234567890123', [5], 1],
  ['the base first', 'runs=5,3,9&base=9', [9, 5, 3], 3],
  ['the base of an address without runs', 'base=9', [9], 0],
  ['the first run as base where the base is no number', 'runs=5,3&base=x', [5, 3], 2],
  ['the first 30 of 40 runs', `runs=${many.join(',')}`, many.slice(0, 30), 40],
  ['30 of 40 runs with the base', `runs=${many.join(',')}&base=40`, [40, ...many.slice(0, 29)], 40],
])('The address names %s', (_name, query, numbers, requestedCount) =>
  expect(readComparedRuns(new URLSearchParams(query))).toEqual({ numbers, requestedCount }),
)

it('Other runs in the address have no base beside them', () => {
  expect(writeComparedRuns([5, 3])).toEqual({ runs: '5,3', base: null })
  expect(writeComparedRuns([])).toEqual({ runs: null, base: null })
})
