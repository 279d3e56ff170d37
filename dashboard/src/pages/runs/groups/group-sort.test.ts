import { expect, it } from 'vitest'

import { groupSort, nextGroupSort } from './group-sort.ts'

const key = (field: string, isDescending = true) => ({ field, isDescending })

it.each([
  ['nothing', [], key('n')],
  ['a field that is no column', [key('created')], key('n')],
  ['the number of runs', [key('created'), key('n', false)], key('n', false)],
  ['a field of the groups', [key('p.model', false)], key('p.model', false)],
  ['a metric', [key('created'), key('m.loss.last'), key('n')], key('m.loss.last')],
])('With %s in the address groups are sorted by %j', (_what, sort, expected) =>
  expect(groupSort({ sort, group: ['p.model'] }, ['m.loss.last'])).toEqual(expected),
)

it.each([
  [key('n'), 'n', true, key('n', false)],
  [key('n', false), 'n', true, key('n')],
  [key('n'), 'm.loss.last', true, key('m.loss.last')],
  [key('n'), 'p.model', false, key('p.model', false)],
])('From %j a click on %s sorts by the next key', (current, field, isNumber, expected) =>
  expect(nextGroupSort(current, field, isNumber)).toEqual(expected),
)
