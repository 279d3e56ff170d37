import { expect, it } from 'vitest'

import { leavesList, needsConfirmation, undoOf } from './change.ts'
import type { BulkChange } from './change.ts'

const TAG = { action: 'tag', tags: ['x'] } satisfies BulkChange
const MOVE = { action: 'move', to: 'other' } satisfies BulkChange

it.each([
  [{ action: 'stop' }, false, true],
  [{ action: 'delete' }, false, true],
  [{ action: 'restart' }, false, true],
  [{ action: 'restart' }, true, true],
  [TAG, false, false],
  [TAG, true, true],
  [MOVE, false, false],
  [MOVE, true, true],
] as const)('The change %j, of all matching runs: %s, is confirmed: %s', (change, isAll, expected) =>
  expect(needsConfirmation(change, isAll)).toBe(expected),
)

it.each([
  [{ action: 'stop' }, false],
  [{ action: 'delete' }, true],
  [{ action: 'restart' }, false],
  [TAG, false],
  [MOVE, true],
  [{ action: 'restore' }, true],
] as const)('After the change %j the runs are no longer in the list: %s', (change, expected) =>
  expect(leavesList(change)).toBe(expected),
)

const RUNS = { runs: ['1'] }
const MATCHES = { filter: 'p.a = 1', project: 'own' }

it.each([
  [{ action: 'delete' }, RUNS, { action: 'restore' }],
  [{ action: 'delete' }, MATCHES, undefined],
  [MOVE, RUNS, { action: 'move', to: 'own' }],
  [MOVE, MATCHES, undefined],
  [TAG, RUNS, undefined],
  [{ action: 'stop' }, RUNS, undefined],
  [{ action: 'restore' }, RUNS, undefined],
] as const)('The change %j of %j is undone by %j', (change, scope, expected) =>
  expect(undoOf(change, { ...scope, ...('runs' in scope && { runs: [...scope.runs] }) }, 'own')).toEqual(expected),
)
