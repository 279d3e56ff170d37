import { expect, it } from 'vitest'

import type { SweepView } from '../../../../../src/contract/sweep.ts'
import { adviceOf, failedTrialsPath, widerDocument } from './advice.ts'

const border = { name: 'lr', side: 'high', wider: null } as const
const nothing = { trials: 0, savedSeconds: 0 }

it.each([
  ['nothing', {}, { borders: [], stopped: nothing }, []],
  ['a best value at a bound', {}, { borders: [border], stopped: nothing }, [{ kind: 'border', border }]],
  ['failed trials', { failed: 3 }, { borders: [], stopped: nothing }, [{ kind: 'failed', count: 3 }]],
  [
    'all of it',
    { failed: 1 },
    { borders: [border], stopped: { trials: 4, savedSeconds: 90 } },
    [
      { kind: 'border', border },
      { kind: 'failed', count: 1 },
      { kind: 'saved', trials: 4, seconds: 90 },
    ],
  ],
] as const)('The page of a sweep advises about %s', (_name, counts, insights, expected) =>
  expect(adviceOf({ counts }, { ...insights, borders: [...insights.borders] })).toEqual(expected),
)

it('A wider range changes one entry of the matrix', () =>
  expect(JSON.parse(widerDocument('lr', { option: 'log', values: [0.01, 10] }))).toEqual({
    hptuning: { matrix: { lr: { log: [0.01, 10] } } },
  }))

it('The failed trials are listed with their causes and the parameters of the best trial', () => {
  const sweep = { project: 'p', number: 5, best: { params: { lr: 1, 'k v': 2 } } } as unknown as SweepView
  const query = new URL(failedTrialsPath(sweep), 'http://server').searchParams
  expect([query.get('q'), query.get('phase')]).toEqual(['sweep = 5', 'failed'])
  expect(query.get('cols')!.split(',').map(decodeURIComponent)).toEqual(['cause', 'p.lr', 'p."k v"'])
})
