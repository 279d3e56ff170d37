import { describe, expect, it } from 'vitest'

import type { Axis, SearchSpace } from '../../../contract/search-space.ts'
import { chooseMethod } from './auto.ts'
import { createCodec } from '../codec.ts'

const numbers = (count: number): SearchSpace =>
  Array.from({ length: count }, (_, i) => ({ name: `x${i}`, kind: 'uniform', low: 0, high: 1 }))
const words = (count: number, name = 'word'): Axis => ({
  name,
  kind: 'values',
  values: Array.from({ length: count }, (_, i) => `w${i}`),
})
const cells = (count: number): SearchSpace => [{ name: 'n', kind: 'int', low: 1, high: count }]
/** A space with `always` unconditional numbers, and `idle` numbers that are active in half of the points. */
const conditional = (idle: number, always: number): SearchSpace => [
  words(2),
  ...numbers(always),
  ...Array.from({ length: idle }, (_, i): Axis => ({
    name: `c${i}`,
    kind: 'uniform',
    low: 0,
    high: 1,
    when: { name: 'word', in: ['w1'] },
  })),
]

describe('auto', () => {
  it.each([
    ['a finite space within the budget', cells(200), null, 1, 'random', 'space_small'],
    ['a finite space within a small budget', cells(12), 12, 1, 'random', 'space_small'],
    ['a finite space one larger than the budget', cells(101), 100, 1, 'bo', 'model'],
    ['20 trials', numbers(3), 20, 1, 'sobol', 'budget_small'],
    ['21 trials', numbers(3), 21, 1, 'bo', 'model'],
    ['two batches', numbers(3), 59, 20, 'sobol', 'budget_small'],
    ['three batches', numbers(3), 60, 20, 'bo', 'model'],
    ['no budget', numbers(3), null, 10, 'bo', 'model'],
    ['no budget and many at once', numbers(3), null, 100, 'sobol', 'budget_small'],
    ['nearly half absent', conditional(20, 1), 100, 1, 'bo', 'model'],
    ['30 words', [...numbers(2), words(30)], 100, 1, 'bo', 'model'],
    ['31 words', [...numbers(2), words(31)], 100, 1, 'tpe', 'categories_many'],
    ['31 numbers in order', [...numbers(2), ...cells(31)], 100, 1, 'bo', 'model'],
    ['60 parameters', numbers(60), 100, 1, 'bo', 'model'],
    ['61 parameters', numbers(61), 100, 1, 'tpe', 'dimensions_many'],
  ] as const)('auto chooses the documented method: %s', (_name, space, trialsMax, concurrency, method, reason) => {
    expect(chooseMethod(space, createCodec(space), { trialsMax, concurrency })).toEqual({ method, reason })
  })
})
