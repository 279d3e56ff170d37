import { expect, it, vi } from 'vitest'

import type { RunView } from '../../../../../src/contract/run.ts'
import { summaryFacts } from './summary-facts.ts'

// Replaces the browser globals that the imported modules read when they are loaded.
vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  vi.stubGlobal('document', { documentElement: { lang: 'en', dataset: {} } })
})

const RUN = {
  params: { lr: 0.1, model: 'x', dropped: null },
  metrics: { loss: { last: -1.5, min: -2, max: 0, mean: -1, count: 3 } },
} as unknown as RunView

it.each([
  [
    ['m.loss.last', 'p.lr'],
    ['loss −1.5', 'lr 0.1'],
  ],
  [['m.loss.best'], ['loss .best −2']],
  [['p.model', 'p.model'], ['model x']],
  [['p.dropped', 'p.none', 'm.none.last'], []],
])('The summary of the columns %j is %j', (columns, expected) =>
  expect(summaryFacts(RUN, columns, { loss: 'minimize' })).toEqual(expected),
)
