import { expect, it } from 'vitest'

import { narrowToGroup } from './group-filter.ts'

it.each([
  [
    '',
    ['p.model', 'p.lr', 'branch'],
    ['gb "dt"', '0.1', null],
    'p.model = "gb \\"dt\\"" and p.lr = "0.1" and branch is missing',
  ],
  [' a = 1 or b = 2 ', ['p.model'], ['x'], '(a = 1 or b = 2) and p.model = "x"'],
  ['a = 1', [], [], '(a = 1)'],
])('The filter %j narrowed to the fields %j with the keys %j is %s', (filter, fields, keys, expected) =>
  expect(narrowToGroup(filter, fields, keys)).toBe(expected),
)
