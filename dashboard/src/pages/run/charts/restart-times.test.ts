import { expect, it } from 'vitest'

import { restartTimes } from './restart-times.ts'

it('A run restarted when an attempt after its first began', () =>
  expect(
    restartTimes([
      { n: 1, startedAt: '2026-01-01T00:00:00Z' },
      { n: 2, startedAt: '2026-01-01T00:01:00Z' },
      { n: 3, startedAt: null },
    ]),
  ).toEqual([Date.UTC(2026, 0, 1, 0, 1)]))
