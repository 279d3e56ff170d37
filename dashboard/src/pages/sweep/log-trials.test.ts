import { expect, it } from 'vitest'

import type { Trial } from '../../charts/trials.ts'
import { logTrialOf, offeredTrials, startedTrials } from './log-trials.ts'

const trial = (number: number, phase: Trial['phase'], startedAt: number | null = 0): Trial =>
  ({ number, phase, startedAt }) as Trial

const ended = [trial(11, 'succeeded'), trial(12, 'failed')]
const running = [trial(13, 'running'), trial(14, 'running'), trial(15, 'succeeded')]

it('Only trials that have begun have a log', () =>
  expect(startedTrials([...ended, trial(16, 'queued', null)])).toEqual(ended))

it.each([
  ['the one in the address', [...ended, ...running], '12', ended[0], 12],
  ['the latest running one', [...ended, ...running], null, ended[0], 14],
  ['the latest running one where the address names an unknown one', [...ended, ...running], '99', ended[0], 14],
  ['the best', ended, null, ended[0], 11],
  ['the last', ended, null, undefined, 12],
  ['none', [], null, undefined, undefined],
])('The log that is shown is that of %s', (_name, started, requested, best, expected) =>
  expect(logTrialOf(started, { requested, best })?.number).toBe(expected),
)

it('The latest 500 trials are offered, newest first, with the chosen one', () => {
  const trials = Array.from({ length: 600 }, (_, i) => trial(i, 'succeeded'))
  expect(offeredTrials(trials, trials[599]!).map(({ number }) => number)).toEqual(
    Array.from({ length: 500 }, (_, i) => 599 - i),
  )
  const early = offeredTrials(trials, trials[3]!)
  expect([early.length, early[0]!.number, early[1]!.number]).toEqual([501, 3, 599])
})
