import { expect, it } from 'vitest'

import { toggleNumber, toggleRange } from './toggle.ts'

it.each([
  [[], 1, [1]],
  [[3, 2], 1, [3, 2, 1]],
  [[3, 1, 2], 1, [3, 2]],
])('With %j selected, a click on run %i selects %j', (selected, number, expected) =>
  expect(toggleNumber(selected, number)).toEqual(expected),
)

const LISTED = [9, 8, 7, 6, 5]

it.each([
  [[9], 9, 7, [9, 8, 7]],
  [[7], 7, 9, [7, 9, 8]],
  [[9, 8, 7, 1], 9, 7, [1]],
  [[], 9, 9, [9]],
  [[], undefined, 7, undefined],
  [[], 1, 7, undefined],
  [[], 9, 1, undefined],
])('With %j selected, a Shift click from run %j to run %i selects %j', (selected, from, to, expected) =>
  expect(toggleRange(selected, { listed: LISTED, from, to })).toEqual(expected),
)
