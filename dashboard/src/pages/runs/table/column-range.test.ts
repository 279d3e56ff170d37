import { expect, it, vi } from 'vitest'

import type { RunView } from '../../../../../src/contract/run.ts'
import { columnRange, gaugeLength } from './column-range.ts'

// Replaces the browser globals that the imported modules read when they are loaded.
vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  vi.stubGlobal('document', { documentElement: { lang: 'en', dataset: {} } })
})

const run = (loss: number | undefined): RunView =>
  ({
    params: { lr: 1 },
    metrics: loss === undefined ? {} : { loss: { last: loss, min: loss - 1, max: loss + 1, mean: loss, count: 1 } },
  }) as unknown as RunView

const PAGES = [[run(3), run(undefined)], [], [run(1.5), run(7)]]

it.each([
  ['m.loss.last', {}, { low: 1.5, high: 7 }],
  ['m.loss.best', { loss: 'minimize' }, { low: 0.5, high: 6 }],
  ['m.loss.best', { loss: 'maximize' }, { low: 2.5, high: 8 }],
  ['m.other.last', {}, undefined],
  ['p.lr', {}, undefined],
] as const)('The range of the column %s with the directions %j is %j', (column, directions, expected) => {
  const range = columnRange(PAGES, column, directions)
  expect(range && { low: range.low, high: range.high }).toEqual(expected)
})

it('A column with one value has no range', () => {
  expect(columnRange([[run(3)]], 'm.loss.last', {})).toBeUndefined()
})

it('The numbers of a column have the same number of decimals', () => {
  expect([3, 1.5].map(columnRange(PAGES, 'm.loss.last', {})!.format)).toEqual(['3.0000', '1.5000'])
})

it.each([
  [0, 10, 4, false, 0.4],
  [0, 10, 4, true, 0.6],
  [5, 5, 5, false, undefined],
  [0, 10, Number.NaN, false, undefined],
])('Between %d and %d the gauge of %d, less is better: %s, has the length %s', (low, high, value, isLess, expected) =>
  expect(gaugeLength({ low, high }, value, isLess)).toBe(expected),
)
