import { expect, it } from 'vitest'

import type { Axis } from '../../../contract/search-space.ts'
import { widen } from './widen.ts'

it.each<[Axis, 'low' | 'high', { option: string; values: number[] } | undefined]>([
  [{ name: 'x', kind: 'uniform', low: 0.2, high: 0.6 }, 'high', { option: 'uniform', values: [0.2, 0.8] }],
  [{ name: 'x', kind: 'uniform', low: 0.2, high: 0.8 }, 'low', { option: 'uniform', values: [0, 0.8] }],
  [{ name: 'x', kind: 'uniform', low: 0, high: 0.8 }, 'low', undefined],
  [{ name: 'x', kind: 'uniform', low: -1, high: 1 }, 'low', { option: 'uniform', values: [-2, 1] }],
  [{ name: 'x', kind: 'log', low: 1e-4, high: 0.1 }, 'low', { option: 'log', values: [1e-5, 0.1] }],
  [{ name: 'x', kind: 'log', low: 1e-4, high: 0.1 }, 'high', { option: 'log', values: [1e-4, 1] }],
  [{ name: 'x', kind: 'int', low: 1, high: 6 }, 'high', { option: 'int', values: [1, 9] }],
  [{ name: 'x', kind: 'logint', low: 16, high: 256 }, 'low', { option: 'logint', values: [2, 256] }],
  [{ name: 'x', kind: 'logint', low: 1, high: 256 }, 'low', undefined],
  [
    { name: 'x', kind: 'quniform', low: 0, high: 4, q: 0.5, isFloat: true },
    'high',
    { option: 'quniform', values: [0, 6, 0.5] },
  ],
  [{ name: 'x', kind: 'loguniform', low: -3, high: 0 }, 'low', { option: 'loguniform', values: [-4.5, 0] }],
  [{ name: 'x', kind: 'values', values: [1, 2, 3] }, 'high', undefined],
  [{ name: 'x', kind: 'normal', loc: 0, scale: 1 }, 'high', undefined],
])('The axis %o is widened at its %s end to %o', (axis, side, expected) => {
  expect(widen(axis, side)).toEqual(expected)
})
