import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { objectiveScale, positionOf, scaleFor, ticks } from './scales.ts'

describe('scales', () => {
  it.each([
    [{ low: 0, high: 10, isLog: false }, 5, 0.5],
    [{ low: 1, high: 100, isLog: true }, 10, 0.5],
    [{ low: 3, high: 3, isLog: false }, 3, 0.5],
  ])('The scale %j puts the value %d at %d', (scale, value, part) =>
    expect(positionOf(scale, value)).toBeCloseTo(part, 12),
  )

  it('A scale contains all of its values and has round ticks inside', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 }),
        (values) => {
          const scale = scaleFor(values)
          for (const value of values) expect(positionOf(scale, value) >= 0 && positionOf(scale, value) <= 1).toBe(true)
          for (const tick of ticks(scale, 5))
            expect(
              tick >= scale.low - 1e-9 * Math.abs(scale.low) && tick <= scale.high + 1e-9 * Math.abs(scale.high),
            ).toBe(true)
          expect(ticks(scale, 5).length).toBeLessThan(12)
        },
      ),
    )
  })

  it.each([[[0, 5e-324]], [[-1e6, -1e6 + 1e-10]], [[3, 3]]])(
    'A scale puts %j, which are nearly one value, into its middle',
    (values) => {
      const scale = scaleFor(values)
      expect(ticks(scale, 5).length).toBeGreaterThan(1)
      for (const value of values) expect(positionOf(scale, value)).toBeCloseTo(0.5, 6)
    },
  )

  it('The scale of an objective is not stretched by a few bad values', () => {
    const values = [...Array.from({ length: 18 }, (_, i) => 1 + i / 100), 1e6, 1e9]
    expect(objectiveScale(values, false).high).toBeLessThan(2e6)
    expect(objectiveScale(values.slice(0, 18), false).high).toBeLessThan(1.5)
  })
})
