import { expect, it } from 'vitest'

import { RUN_COLUMN_NAMES } from '../columns.ts'
import { findChosen, offeredColumns } from './offered-columns.ts'

const NAMES = {
  metrics: [
    { name: 'loss', count: 9, recent: 3 },
    { name: 'old loss', count: 2, recent: 0 },
    { name: 'system.cpu_percent', count: 9, recent: 3 },
  ],
  params: [
    { name: 'lr', count: 9, recent: 3 },
    { name: 'reason', count: 1, recent: 1 },
  ],
}

it('The metrics, the parameters and the other fields are offered, and last those that no recent run has', () => {
  expect(offeredColumns(NAMES, '').map(({ column }) => column)).toEqual([
    'm.loss.last',
    'p.lr',
    'p.reason',
    ...RUN_COLUMN_NAMES,
    'm."old loss".last',
  ])
  expect(offeredColumns(undefined, '').map(({ name }) => name)).toEqual(RUN_COLUMN_NAMES)
})

it.each([
  ['LO', ['loss', 'old loss']],
  ['reas', ['reason', 'reason']],
  ['nothing', []],
])('The search for %j finds %j', (search, expected) =>
  expect(offeredColumns(NAMES, search).map(({ name }) => name)).toEqual(expected),
)

it.each([
  ['metric', 'loss', 'm.loss.max'],
  ['param', 'loss', undefined],
  ['param', 'reason', 'p.reason'],
  ['other', 'reason', 'reason'],
  ['other', 'cause', undefined],
] as const)('The chosen column for the %s %s is %s', (kind, name, expected) =>
  expect(
    findChosen(['p.reason', 'm.loss.max', 'reason'], { kind, name, column: '', count: undefined, isOld: false }),
  ).toBe(expected),
)
