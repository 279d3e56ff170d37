import { expect, it } from 'vitest'

import { MEMBERS_MAX, toggleMembers } from './group-members.ts'

it.each([
  [[], [1, 2], [1, 2]],
  [
    [2, 9],
    [1, 2],
    [2, 9, 1],
  ],
  [[1, 9, 2], [1, 2], [9]],
])('With %j selected, a click on the group %j selects %j', (selected, members, expected) =>
  expect(toggleMembers(selected, members)).toEqual(expected),
)

it('A selection of groups has a limit', () => {
  const members = Array.from({ length: MEMBERS_MAX }, (_, i) => i)
  expect(toggleMembers([1_000], members)).toEqual([1_000, ...members.slice(0, -1)])
})
