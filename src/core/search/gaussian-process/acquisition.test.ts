import { describe, expect, it } from 'vitest'

import { score, scoreSlopes } from './acquisition.ts'
import type { Acquisition } from './acquisition.ts'
import { logImprovement } from '../numerics/normal.ts'

const ACQUISITIONS: readonly (readonly [string, Acquisition])[] = [
  ['bound', { kind: 'bound', kappa: 1.7 }],
  ['improvement', { kind: 'improvement', best: -0.4, margin: 0 }],
  ['improvement with a margin', { kind: 'improvement', best: -0.4, margin: 0.3 }],
  ['probability', { kind: 'probability', best: -0.4, margin: 0.1 }],
]
/** How far the mean lies below the best, in standard deviations. */
const DEPTHS = [2, 1, 0, -1, -2, -5, -10, -50, -1000]

describe.each(ACQUISITIONS)('%s', (_name, acquisition) => {
  it('The slopes of an acquisition function equal its finite differences and are finite', () => {
    for (const sd of [0.05, 1, 3])
      for (const z of DEPTHS) {
        const mean = -0.4 - z * sd
        const [byMean, bySd] = scoreSlopes(acquisition, mean, sd)

        const step = 1e-5 * sd
        const meanDifference = (score(acquisition, mean + step, sd) - score(acquisition, mean - step, sd)) / (2 * step)
        const sdDifference = (score(acquisition, mean, sd + step) - score(acquisition, mean, sd - step)) / (2 * step)

        expect(Number.isFinite(byMean) && Number.isFinite(bySd)).toBe(true)
        expect(Math.abs(byMean - meanDifference), `mean ${z}/${sd}`).toBeLessThan(1e-4 * Math.max(1, Math.abs(byMean)))
        expect(Math.abs(bySd - sdDifference), `sd ${z}/${sd}`).toBeLessThan(1e-4 * Math.max(1, Math.abs(bySd)))
      }
  })

  it('An acquisition function prefers a lower mean', () => {
    for (const z of DEPTHS) expect(score(acquisition, -0.5 - z, 1)).toBeLessThan(score(acquisition, -0.4 - z, 1))
  })

  it('An acquisition function prefers the larger standard deviation of two points no better than the best', () => {
    expect(score(acquisition, 0.5, 1.1)).toBeLessThan(score(acquisition, 0.5, 1))
  })
})

describe('values', () => {
  it.each([
    [ACQUISITIONS[0]![1], 1, 0.5, 1 - 1.7 * 0.5],
    [ACQUISITIONS[1]![1], 0.6, 0.5, -Math.log(0.5) - logImprovement(-2)],
    [ACQUISITIONS[2]![1], 0.3, 0.5, -Math.log(0.5) - logImprovement(-2)],
    [ACQUISITIONS[3]![1], 0.5, 1, -Math.log(0.158655253931457)],
    [ACQUISITIONS[3]![1], -0.5, 1, -Math.log(0.5)],
  ])('The score of %o at mean %d and standard deviation %d is %d', (acquisition, mean, sd, expected) => {
    expect(score(acquisition, mean, sd)).toBeCloseTo(expected, 9)
  })
})
