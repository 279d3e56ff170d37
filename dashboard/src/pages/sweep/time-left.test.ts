import { expect, it } from 'vitest'

import type { SweepView } from '../../../../src/contract/sweep.ts'
import { secondsLeftOf, wallSecondsOf } from './time-left.ts'

const sweep = { phase: 'running', counts: { succeeded: 8, failed: 2, running: 4 }, trials: 50, concurrency: 4 } as const

it.each<[string, Partial<SweepView>, number | undefined]>([
  ['runs', {}, 100],
  ['runs one trial at a time', { concurrency: 1 }, 400],
  ['has ended', { phase: 'done' }, undefined],
  ['has no last trial', { trials: null }, undefined],
  ['has no ended trial', { counts: { running: 4 } }, undefined],
  ['has ended all trials', { trials: 10 }, 0],
])('The seconds left of a sweep that %s are estimated from its ended trials', (_name, patch, expected) =>
  expect(secondsLeftOf({ ...sweep, runSeconds: 100, ...patch })).toBe(expected),
)

it.each([
  [null, 90],
  ['2026-01-01T00:01:00Z', 60],
])('A sweep that ended at %s has been open for %i seconds', (endedAt, expected) =>
  expect(wallSecondsOf({ createdAt: '2026-01-01T00:00:00Z', endedAt }, Date.UTC(2026, 0, 1, 0, 1, 30))).toBe(expected),
)
