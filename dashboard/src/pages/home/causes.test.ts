import { expect, it } from 'vitest'

import type { RunView } from '../../../../src/contract/run.ts'
import { groupByCause, headlineOf } from './causes.ts'

const failed = (number: number, cause: string | null, message = 'the program ended with status 1') =>
  ({ number, cause, message }) as RunView

it('The headline of a failure is the cause found in its log, else its reason', () => {
  expect(headlineOf(failed(1, "KeyError: 'lr'"))).toBe("KeyError: 'lr'")
  expect(headlineOf(failed(1, null))).toBe('the program ended with status 1')
})

it('Failures whose headlines differ only in numbers are one cause', () => {
  const runs = [
    failed(9, 'ValueError: x is 0.25'),
    failed(8, 'MemoryError'),
    failed(7, 'ValueError: x is 1e-3'),
    failed(6, null),
    failed(5, 'MemoryError'),
    failed(4, null, 'the program ended with status 2'),
  ]
  expect(groupByCause(runs).map(({ text, runs: same }) => [text, same.map(({ number }) => number)])).toEqual([
    ['ValueError: x is 0.25', [9, 7]],
    ['MemoryError', [8, 5]],
    ['the program ended with status 1', [6, 4]],
  ])
})
