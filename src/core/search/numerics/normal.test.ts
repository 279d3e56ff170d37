import { describe, expect, it } from 'vitest'

import { erfcx, fastCumulative, logImprovement, normalCumulative, normalDensity } from './normal.ts'

describe('the standard normal distribution', () => {
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1, 0.15865525393145707],
    [2.5, 0.9937903346742238],
    [-3, 0.0013498980316300946],
    [-6, 9.865876450376946e-10],
    [-10, 7.61985302416e-24],
  ])('The cumulative distribution at %d is %d', (z, share) => {
    expect(Math.abs(normalCumulative(z) / share - 1)).toBeLessThan(1e-11)
  })

  it('The table agrees with the cumulative distribution', () => {
    for (let z = -9; z <= 9; z += 0.0137) expect(Math.abs(fastCumulative(z) - normalCumulative(z))).toBeLessThan(1e-9)
    expect([fastCumulative(-50), fastCumulative(50)]).toEqual([0, 1])
  })

  it('The density is the slope of the cumulative distribution', () => {
    for (const z of [-3, -1, 0, 0.5, 2])
      expect((normalCumulative(z + 1e-5) - normalCumulative(z - 1e-5)) / 2e-5).toBeCloseTo(normalDensity(z), 9)
  })

  it('The scaled complementary error function is continuous where its two forms meet', () => {
    expect(erfcx(0)).toBeCloseTo(1, 14)
    expect(erfcx(1)).toBeCloseTo(0.427583576155807, 13)
    expect(erfcx(10)).toBeCloseTo(0.0561409927438226, 13)
    expect(Math.abs(erfcx(2) / erfcx(2 - 1e-12) - 1)).toBeLessThan(1e-10)
  })
})

describe('the logarithm of expected improvement', () => {
  it.each([
    [2, 0.697383546],
    [1, 0.080026219],
    [0, -0.918938533],
    [-1, -2.485121026],
    [-2, -4.768783524],
    [-5, -16.744301163],
    [-10, -55.553122036],
    [-50, -1258.744182868],
    [-1000, -500014.734452],
  ])('The logarithm of expected improvement at %d is %d', (z, expected) => {
    expect(Math.abs(logImprovement(z) - expected)).toBeLessThan(Math.max(2e-9, 2e-12 * Math.abs(expected)))
  })

  it('The logarithm of expected improvement is increasing, continuous and finite', () => {
    const places = [-1e150, -1e8, -1e5 - 1, -1e5 + 1, -1e4, -100, -10, -1 - 1e-9, -1 + 1e-9, 0, 3, 100]
    const values = places.map(logImprovement)
    expect(values.every(Number.isFinite)).toBe(true)
    expect(values).toEqual(values.toSorted((a, b) => a - b))
    expect(Math.abs(logImprovement(-1 - 1e-9) - logImprovement(-1 + 1e-9))).toBeLessThan(1e-8)
    expect(Math.abs(logImprovement(-1e5 - 1e-6) - logImprovement(-1e5 + 1e-6)) / 5e9).toBeLessThan(1e-9)
  })
})
