import { expect, it } from 'vitest'

import { barPartsOf, countEnded, countOpen, countTrials } from './sweep-counts.ts'

const counts = { succeeded: 5, failed: 2, stopped: 1, running: 3, starting: 1, queued: 4, preparing: 1, paused: 2 }

it('Trials are counted by whether they ended, run, wait or are paused', () => {
  expect(countEnded({ counts })).toBe(8)
  expect(countTrials({ counts })).toBe(19)
  expect(countOpen({ counts })).toEqual({ running: 4, waiting: 5, paused: 2 })
  expect(countOpen({ counts: {} })).toEqual({ running: 0, waiting: 0, paused: 0 })
})

it.each([
  ['of all trials that the sweep will run', 20, [0.2, 0.05, 0.05, 0.1, 0.15, 0.1]],
  ['of the trials so far where there is no end', null, [4, 1, 1, 2, 3, 2].map((n) => n / 13)],
])('The parts of the bar are shares %s', (_name, trials, expected) =>
  expect(barPartsOf({ counts, ends: { finished: 4, early: 1, stopped: 1 }, trials }).map(({ share }) => share)).toEqual(
    expected,
  ),
)

it('The bar of a sweep without trials is empty', () =>
  expect(
    barPartsOf({ counts: {}, ends: { finished: 0, early: 0, stopped: 0 }, trials: null }).every(
      ({ share }) => share === 0,
    ),
  ).toBe(true))
