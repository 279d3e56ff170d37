import fc from 'fast-check'
import { expect, it } from 'vitest'

import { surfaceOf } from './surface.ts'

it('A surface passes through its points and never leaves their range', () => {
  const points = [
    { x: 0.05, y: 0.05, value: 1 },
    { x: 0.95, y: 0.95, value: 3 },
  ]
  const grid = surfaceOf(points, 10)
  expect(grid[0]).toBeCloseTo(1, 6)
  expect(grid[99]).toBeCloseTo(3, 6)
  expect(grid[45]! > 1 && grid[45]! < 3).toBe(true)

  const part = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(fc.record({ x: part, y: part, value: fc.double({ min: -1e6, max: 1e6, noNaN: true }) }), {
        minLength: 1,
        maxLength: 20,
      }),
      (given) => {
        const [low, high] = [Math.min(...given.map(({ value }) => value)), Math.max(...given.map(({ value }) => value))]
        for (const value of surfaceOf(given, 6)) expect(value >= low - 1e-6 && value <= high + 1e-6).toBe(true)
      },
    ),
  )

  expect(surfaceOf([], 2)).toEqual(Float64Array.of(NaN, NaN, NaN, NaN))
})
