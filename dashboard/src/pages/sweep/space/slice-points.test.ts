import { expect, it } from 'vitest'

import type { Trial } from '../../../charts/trials.ts'
import { toSlicePoints } from './slice-points.ts'

it('A slice has a point for each trial with a value and the parameter', () => {
  const trial = (value: number | null, lr: number | null): Trial => ({ value, params: { lr } }) as unknown as Trial
  const trials = [trial(1, 0.1), trial(null, 0.2), trial(2, null), trial(9, 0.3), trial(null, null)]
  const scale = { low: 0, high: 5, isLog: false }

  const { points, beyondCount, lackingCount } = toSlicePoints(
    { trials, scale },
    ({ params }) => (params['lr'] as number | null) ?? undefined,
  )
  expect(points).toEqual([
    { trial: trials[0], x: 0.1, y: 1 },
    { trial: trials[3], x: 0.3, y: 9 },
  ])
  expect([beyondCount, lackingCount]).toEqual([1, 1])
})
