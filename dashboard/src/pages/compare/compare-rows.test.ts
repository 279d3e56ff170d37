import { expect, it } from 'vitest'

import { areEqual, splitRows, compareCell, toRows } from './compare-rows.ts'

it('A comparison has a row for each fact of any run, and finds the rows of equal values', () => {
  const rows = toRows([{ a: 1, b: 'x', n: null }, { a: 1 }, { a: 1, c: [1] }])
  expect(rows).toEqual([
    { name: 'a', values: [1, 1, 1] },
    { name: 'b', values: ['x', undefined, undefined] },
    { name: 'c', values: [undefined, undefined, [1]] },
  ])
  expect(rows.map(({ values }) => areEqual(values))).toEqual([true, false, false])
})

it('The rows of a section are those that differ and those that are equal, each in their order', () => {
  const rows = [
    { name: 'a', values: [1, 1] },
    { name: 'b', values: [1, 2] },
    { name: 'c', values: [[1], [1]] },
    { name: 'd', values: [undefined, null] },
  ]
  const { differing, equal } = splitRows(rows)
  expect(differing.map(({ name }) => name)).toEqual(['b', 'd'])
  expect(equal.map(({ name }) => name)).toEqual(['a', 'c'])
})

it.each([
  [[1, 2], 0, 'base'],
  [[1, 1], 1, 'same'],
  [[1, 2], 1, 'different'],
  [[1, '1'], 1, 'different'],
  [
    [
      [1, 2],
      [1, 2],
    ],
    1,
    'same',
  ],
  [[undefined, 1], 0, 'missing'],
  [[undefined, 1], 1, 'different'],
  [[1, undefined], 1, 'missing'],
])('Of the values %j, the one at %i is %s', (values, index, expected) =>
  expect(compareCell(values, index)).toBe(expected),
)
