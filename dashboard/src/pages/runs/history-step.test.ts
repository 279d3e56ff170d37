import { expect, it } from 'vitest'

import { replacesHistoryStep } from './history-step.ts'

it.each([
  [{ filter: 'a' }, Infinity, false],
  [{ filter: 'a' }, 5_000, false],
  [{ filter: 'a' }, 4_999, true],
  [{ filter: 'a', group: [] }, 10, false],
  [{ selected: [1] }, Infinity, true],
  [{ widths: {}, zoom: undefined }, Infinity, true],
  [{ unfolded: [] }, Infinity, true],
  [{ selected: [], drawn: 5 }, Infinity, false],
  [{ sort: [] }, 10, false],
])('The change %j, %d ms after an edit of the filter, replaces the step: %s', (patch, sinceTypedMs, expected) =>
  expect(replacesHistoryStep(patch, sinceTypedMs)).toBe(expected),
)
