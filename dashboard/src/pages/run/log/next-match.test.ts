import { expect, it } from 'vitest'

import { matchText, nextMatch } from './next-match.ts'

it.each([
  [0, 1, 5, 1],
  [4, 1, 5, 0],
  [0, -1, 5, 4],
  [3, -1, 5, 2],
  [0, 1, 1, 0],
  [0, 1, 0, undefined],
] as const)('From match %i, the step %i among %i matches leads to %s', (at, step, count, expected) =>
  expect(nextMatch(at, step, count)).toBe(expected),
)

it('The place of a match begins at 1, and is 0 without matches', () => {
  expect(matchText(0, 5)).toBe('1 / 5')
  expect(matchText(0, 0)).toBe('0 / 0')
})
