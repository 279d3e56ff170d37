import { expect, it } from 'vitest'

import { decideKey } from './decide-key.ts'

const LIST = { rowCount: 3, focused: 1, selectedCount: 2, hasFocusedElement: false }

it.each([
  ['j', {}, { kind: 'focus', index: 2 }],
  ['j', { focused: -1 }, { kind: 'focus', index: 0 }],
  ['j', { focused: 2 }, { kind: 'focus', index: 2 }],
  ['k', {}, { kind: 'focus', index: 0 }],
  ['k', { focused: -1 }, { kind: 'focus', index: 0 }],
  ['x', {}, { kind: 'toggle', index: 1 }],
  ['x', { focused: -1 }, undefined],
  ['x', { focused: 3 }, undefined],
  ['Enter', {}, { kind: 'open', index: 1 }],
  ['Enter', { hasFocusedElement: true }, undefined],
  ['Enter', { focused: -1 }, undefined],
  ['c', {}, { kind: 'compare' }],
  ['c', { selectedCount: 1 }, undefined],
  ['Escape', {}, { kind: 'clear' }],
  ['Escape', { selectedCount: 0 }, undefined],
  ['y', {}, undefined],
] as const)('The key %s in the list %j does %j', (key, list, expected) =>
  expect(decideKey(key, { ...LIST, ...list })).toEqual(expected),
)
