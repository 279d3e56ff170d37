import { expect, it } from 'vitest'

import type { RunView } from '../../../../src/contract/run.ts'
import { toWaitingLines } from './waiting-lines.ts'

const run = (number: number, sweep: number | null, waiting: string | null, phase = 'queued'): RunView =>
  ({ id: `r${number}`, number, sweep, waiting, phase }) as RunView

it('Trials of one sweep that wait for the same reason share a line, and other runs have a line each', () => {
  const runs = [
    run(1, null, 'a free place'),
    run(2, 7, 'a free place'),
    run(3, null, 'a free place'),
    run(4, 7, null, 'paused'),
    run(5, 7, 'a free place'),
    run(6, 8, 'a free place'),
    run(7, 7, null, 'queued'),
  ]
  expect(toWaitingLines(runs).map(({ first, n }) => [first.number, n])).toEqual([
    [1, 1],
    [2, 2],
    [3, 1],
    [4, 1],
    [6, 1],
    [7, 1],
  ])
})
