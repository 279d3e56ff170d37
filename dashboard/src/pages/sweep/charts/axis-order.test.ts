import { expect, it } from 'vitest'

import { orderAxes } from './axis-order.ts'

it.each([
  [[], ['a', 'b', 'c']],
  [
    ['c', 'a', 'b'],
    ['c', 'a', 'b'],
  ],
  [['b'], ['b', 'a', 'c']],
  [
    ['x', 'c'],
    ['c', 'a', 'b'],
  ],
])('The axes a, b and c in the order %j are %j', (order, expected) =>
  expect(
    orderAxes(
      ['a', 'b', 'c'].map((name) => ({ name })),
      order,
    ).map(({ name }) => name),
  ).toEqual(expected),
)
