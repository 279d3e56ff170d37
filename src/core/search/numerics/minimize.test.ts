import { describe, expect, it } from 'vitest'

import { minimizeInBox } from './minimize.ts'
import type { Objective } from './minimize.ts'

const box = (d: number, low: number, high: number) => ({
  lower: new Float64Array(d).fill(low),
  upper: new Float64Array(d).fill(high),
})

const quadratic: Objective = (x, gradient) => {
  x.forEach((value, j) => (gradient[j] = 2 * (j + 1) * (value - 0.3)))
  return x.reduce((sum, value, j) => sum + (j + 1) * (value - 0.3) ** 2, 0)
}
const rosenbrock: Objective = (x, gradient) => {
  const [a, b] = [x[0]!, x[1]!]
  gradient.set([-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)])
  return 100 * (b - a * a) ** 2 + (1 - a) ** 2
}

describe('minimizeInBox', () => {
  it.each([
    ['a bowl', quadratic, [0.9, 0.1, 0.5], box(3, 0, 1), [0.3, 0.3, 0.3]],
    ['a bowl whose bottom lies outside', quadratic, [0.9, 0.8], box(2, 0.5, 1), [0.5, 0.5]],
    ['a bent valley', rosenbrock, [-1.2, 1], box(2, -2, 2), [1, 1]],
    ['a bent valley cut off', rosenbrock, [-1.2, 1], box(2, -2, 0.5), [0.5, 0.25]],
  ] as const)('minimizeInBox finds the bottom of %s', (_name, objective, start, bounds, bottom) => {
    const { x, value } = minimizeInBox(objective, Float64Array.from(start), {
      ...bounds,
      evaluations: 200,
      tolerance: 1e-14,
    })
    x.forEach((found, j) => expect(found).toBeCloseTo(bottom[j]!, 4))
    expect(value).toBe(objective(x, new Float64Array(x.length)))
  })

  it('minimizeInBox stays in the box, keeps its number of evaluations, and never ends above its start', () => {
    for (const evaluations of [1, 2, 5, 17]) {
      let asked = 0
      const counted: Objective = (x, gradient) => {
        asked += 1
        for (const value of x) expect(value >= -2 && value <= 0.5).toBe(true)
        return rosenbrock(x, gradient)
      }

      const { value } = minimizeInBox(counted, Float64Array.of(-9, 1), { ...box(2, -2, 0.5), evaluations })
      expect(asked).toBeLessThanOrEqual(evaluations)
      expect(value).toBeLessThanOrEqual(rosenbrock(Float64Array.of(-2, 0.5), new Float64Array(2)))
    }
  })

  it('minimizeInBox does not move a coordinate whose bounds are equal', () => {
    const { x } = minimizeInBox(quadratic, Float64Array.of(0.9, 0.7), {
      lower: Float64Array.of(0, 0.7),
      upper: Float64Array.of(1, 0.7),
      evaluations: 50,
    })
    expect(x[0]).toBeCloseTo(0.3, 4)
    expect(x[1]).toBe(0.7)
  })
})
