import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { toBand, bandWidth } from './bands.ts'
import { toBuckets } from './series.ts'

const lineOf = (values: readonly number[], every = 1, from = 0) =>
  toBuckets(Float64Array.from(values.flatMap((value, i) => [from + i * every, 0, value])), 1_000)

describe('lines of a group', () => {
  it('A band has the mean and the deviation of the lines that have points in a bucket', () => {
    expect(toBand([lineOf([1, 2, NaN]), lineOf([3, 4, 5])], 1)).toEqual({
      step: [0, 1, 2],
      mean: [2, 3, 5],
      sd: [Math.SQRT2, Math.SQRT2, 0],
      min: [1, 2, 5],
      max: [3, 4, 5],
      n: [2, 2, 1],
    })
  })

  it('The bucket width is a power of two and at least the step distance of the sparsest line', () => {
    expect(bandWidth([lineOf([1, 2, 3])], 100)).toBe(1)
    expect(bandWidth([lineOf([1, 2, 3, 4, 5]), lineOf([1, 2], 3)], 100)).toBe(4)
    expect(bandWidth([lineOf(Array.from({ length: 900 }, (_, i) => i))], 100)).toBe(16)
    expect(bandWidth([lineOf([1])], 100)).toBe(1)

    const points = Float64Array.from(Array.from({ length: 400 }, (_, i) => [i, 0, 1]).flat())
    expect(bandWidth([toBuckets(points, 200)], 200)).toBe(2)
    expect(bandWidth([], 100)).toBe(1)

    const fast = lineOf([1, 1, 1, 1, 1, 1, 1, 1])
    const slow = lineOf([5, 5], 4)
    expect(toBand([fast, slow], bandWidth([fast, slow], 100)).n).toEqual([2, 2])
  })

  it('The mean of a band lies between its minimum and its maximum for any lines', () => {
    const line = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(line, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 40 })), {
          minLength: 1,
          maxLength: 6,
        }),
        (given) => {
          const lines = given.map(([values, every, from]) => lineOf(values, every, from))
          const width = bandWidth(lines, 20)
          const band = toBand(lines, width)
          expect(band.step.length).toBeLessThanOrEqual(22)
          band.step.forEach((step, i) => {
            if (i > 0) expect(step).toBeGreaterThan(band.step[i - 1]!)
            expect(band.n[i]! >= 1 && band.n[i]! <= lines.length).toBe(true)
            expect(band.min[i]! - 1e-6 <= band.mean[i]! && band.mean[i]! <= band.max[i]! + 1e-6).toBe(true)
            expect(band.sd[i]).toBeGreaterThanOrEqual(0)
          })
        },
      ),
    )
  })
})
