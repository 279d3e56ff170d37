import { expect, it } from 'vitest'

import { countInPhases } from './phase-count.ts'

it.each([
  [[], 9],
  [['running'], 4],
  [['running', 'failed', 'stopped'], 6],
])('The number of runs in the phases %j is %i', (phases, expected) =>
  expect(countInPhases({ total: 9, phases: { running: 4, failed: 2, succeeded: 3 } }, phases)).toBe(expected),
)
