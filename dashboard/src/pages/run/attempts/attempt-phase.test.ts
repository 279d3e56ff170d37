import { expect, it } from 'vitest'

import { attemptPhaseOf } from './attempt-phase.ts'

const attempt = (n: number, reason: string | null, state: 'launched' | 'ended' = 'ended') => ({ n, reason, state })

it.each([
  ['running', [attempt(1, null, 'launched')], ['running']],
  ['succeeded', [attempt(1, null, 'launched')], ['unknown']],
  ['succeeded', [attempt(1, 'OutOfMemory'), attempt(2, 'Completed')], ['failed', 'succeeded']],
  ['stopped', [attempt(1, 'Paused'), attempt(2, 'RungReached')], ['paused', 'stopped']],
  [
    'running',
    [attempt(1, 'StoppedByUser'), attempt(2, 'RungReached'), attempt(3, 'Completed'), attempt(4, null)],
    ['stopped', 'succeeded', 'succeeded', 'failed'],
  ],
] as const)('The attempts of a %s run %j are shown as %j', (phase, attempts, expected) =>
  expect(attempts.map((one) => attemptPhaseOf(one, { phase, attempts }))).toEqual(expected),
)
