import { describe, expect, it } from 'vitest'

import type { Trial } from '../../../charts/trials.ts'
import { readTrialSort, sortAfterClick, sortTrials, writeTrialSort } from './sort-trials.ts'

describe('an order of trials', () => {
  const trial = (index: number, value: number | null, kind?: string): Trial =>
    ({ index, value, params: { kind }, startedAt: 0, endedAt: value }) as unknown as Trial
  const trials = [trial(0, 3, 'b'), trial(1, null), trial(2, 1, 'a'), trial(3, 3, 'a')]
  it.each([
    ['value', false, [2, 0, 3, 1]],
    ['value', true, [0, 3, 2, 1]],
    ['index', true, [3, 2, 1, 0]],
    ['p.kind', false, [2, 3, 0, 1]],
    ['p.kind', true, [0, 2, 3, 1]],
    ['seconds', false, [2, 0, 3, 1]],
  ] as const)('Trials are sorted by %s, descending: %s', (key, isDescending, expected) =>
    expect(sortTrials(trials, { key, isDescending }).map(({ index }) => index)).toEqual(expected),
  )

  it.each(['index', 'value', 'seconds', 'p.lr', 'p.-a,b~c'] as const)(
    'An order by %s that is written to the address is read back unchanged',
    (key) => {
      for (const isDescending of [false, true]) {
        const { by } = writeTrialSort({ key, isDescending })
        expect(readTrialSort(new URLSearchParams(by === null ? {} : { by: by! }))).toEqual({ key, isDescending })
      }
    },
  )

  it.each(['', '-', 'p.', 'phase', '--value'])('The order %j in the address is read as the order by index', (by) =>
    expect(readTrialSort(new URLSearchParams({ by }))).toEqual({ key: 'index', isDescending: false }),
  )

  it.each([
    ['value', 'index', false, { key: 'index', isDescending: false }],
    ['index', 'value', false, { key: 'value', isDescending: false }],
    ['index', 'value', true, { key: 'value', isDescending: true }],
    ['value', 'value', true, { key: 'value', isDescending: true }],
    ['index', 'p.lr', true, { key: 'p.lr', isDescending: false }],
  ] as const)('From the order by %s, a click on %s (maximized: %s) leads to %j', (from, to, isMaximized, expected) =>
    expect(sortAfterClick({ key: from, isDescending: false }, to, isMaximized)).toEqual(expected),
  )
})
