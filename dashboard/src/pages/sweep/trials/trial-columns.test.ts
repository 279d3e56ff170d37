import { expect, it } from 'vitest'

import type { AxisView } from '../../../../../src/contract/charts.ts'
import { runListPath, trialColumnsOf, widthsOf } from './trial-columns.ts'

const axis = (name: string, scale: AxisView['scale']): AxisView => ({
  name,
  scale,
  low: null,
  high: null,
  categories: [],
  isConditional: false,
})
const axes = [axis('lr', 'log'), axis('kind', 'category')]

it('The table of trials has a column for each parameter, and one for rungs where there are rungs', () => {
  const plain = trialColumnsOf({ params: { lr: [], kind: [] }, axes, rungs: null })
  expect(plain).toEqual({
    params: [
      { name: 'lr', isText: false },
      { name: 'kind', isText: true },
    ],
    hasRungs: false,
  })
  expect(widthsOf(plain)).toEqual({
    template: '168px 130px minmax(110px, 1fr) minmax(110px, 1fr) minmax(110px, 1fr) 110px',
    leastPx: 720,
  })

  const rungs = { resource: 'epochs', amounts: [1], form: 'promotion' as const }
  expect(widthsOf(trialColumnsOf({ params: {}, axes: [], rungs }))).toEqual({
    template: '168px 130px minmax(110px, 1fr) 70px 110px',
    leastPx: 500,
  })
})

it.each([
  ['f 1', 'maximize', '-m."f 1".last', 'm."f 1".last,p.lr,p.kind'],
  ['loss', 'minimize', 'm.loss.last', 'm.loss.last,p.lr,p.kind'],
  [null, null, null, 'p.lr,p.kind'],
] as const)('The run list of a sweep by %s has its trials, %s first', (metric, optimization, sort, columns) => {
  const url = new URL(runListPath('a b', 5, { metric, optimization, axes }), 'http://server')
  const decoded = (name: string): string | null => {
    const text = url.searchParams.get(name)
    return text === null ? null : text.split(',').map(decodeURIComponent).join(',')
  }
  expect(url.pathname).toBe('/p/a%20b/runs')
  expect([decoded('q'), decoded('cols'), decoded('sort')]).toEqual(['sweep = 5', columns, sort])
})
