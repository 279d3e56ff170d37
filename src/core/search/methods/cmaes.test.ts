import { describe, expect, it } from 'vitest'

import { drawFrom, evolve, startEvolution, strategyFor } from './cmaes.ts'
import { createStream } from '../numerics/rng.ts'

describe('the strategy', () => {
  it.each([
    [2, 6, 3, [2.028611, 0.446205, 1.446205, 0.624555, 0.154815, 0.057859, 1.254273]],
    [5, 8, 4, [2.600179, 0.365088, 1.365088, 0.4502, 0.047292, 0.038169, 2.128524]],
    [10, 10, 5, [3.167299, 0.284429, 1.284429, 0.29499, 0.015284, 0.020154, 3.084727]],
  ])('The strategy for %d dimensions is that of the tutorial', (d, lambda, mu, constants) => {
    const strategy = strategyFor(d)
    expect([strategy.lambda, strategy.mu]).toEqual([lambda, mu])

    const found = [
      strategy.muEff,
      strategy.cSigma,
      strategy.dSigma,
      strategy.cC,
      strategy.c1,
      strategy.cMu,
      strategy.chi,
    ]
    found.forEach((value, i) => expect(value).toBeCloseTo(constants[i]!, 5))
  })

  it('The weights fall with rank, add up to 1 in the better half, and are not positive in the worse half', () => {
    for (const d of [1, 2, 7, 40]) {
      const { weights, mu } = strategyFor(d)
      expect(weights).toEqual(weights.toSorted((a, b) => b - a))
      expect(weights.slice(0, mu).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
      expect(weights.slice(mu).every((weight) => weight <= 0)).toBe(true)
    }
  })
})

/** Evaluations until the value is below 1e-8; Infinity beyond the limit. */
function evaluationsOf(seed: number, value: (x: Float64Array) => number, { d = 5, limit = 800 } = {}): number {
  const stream = createStream(seed, 'sphere', 0)
  let evolution = startEvolution(new Float64Array(d).fill(0.5))

  for (let used = 0; used < limit;) {
    const points = Array.from({ length: evolution.strategy.lambda }, () => drawFrom(evolution, stream))
    used += points.length
    if (points.some((x) => value(x) < 1e-8)) return used
    evolution = evolve(
      evolution,
      points.toSorted((a, b) => value(a) - value(b)),
    )
  }
  return Infinity
}

const sphere = (x: Float64Array) => x.reduce((sum, code) => sum + (code - 0.3) ** 2, 0)

describe('an evolution', () => {
  it('An evolution finds the centre of a sphere within 800 evaluations from each of 20 seeds', () => {
    const needed = Array.from({ length: 20 }, (_, seed) => evaluationsOf(seed, sphere))
    expect(Math.max(...needed)).toBeLessThanOrEqual(800)
    expect(Math.min(...needed)).toBeGreaterThan(200)
  })

  it('An evolution finds the bottom of a narrow ellipsoid that is not aligned with the axes', () => {
    const bent = (x: Float64Array) => 100 * (x[0]! + x[1]! - 0.6) ** 2 + (x[0]! - x[1]!) ** 2
    for (const seed of [1, 2, 3, 4, 5]) expect(evaluationsOf(seed, bent, { d: 2, limit: 600 })).toBeLessThanOrEqual(600)
  })

  it('An evolution finds an optimum at a bound', () => {
    const corner = (x: Float64Array) => x.reduce((sum, code) => sum + code * code, 0)
    for (const seed of [1, 2, 3]) expect(evaluationsOf(seed, corner, { d: 3, limit: 1500 })).toBeLessThanOrEqual(1500)
  })

  it('An evolution draws around its mean and inside the cube, however wide its distribution is', () => {
    const wide = startEvolution(Float64Array.of(0.01, 0.99, 0.5), 1)
    const stream = createStream(1, 'draws', 0)
    const drawn = Array.from({ length: 500 }, () => drawFrom(wide, stream))
    for (const x of drawn) for (const code of x) expect(code >= 0 && code <= 1).toBe(true)

    const narrow = startEvolution(Float64Array.of(0.3, 0.6), 0.01)
    const means = [0, 1].map(
      (j) =>
        Array.from({ length: 2000 }, () => drawFrom(narrow, stream)[j]!).reduce((sum, code) => sum + code, 0) / 2000,
    )
    expect(means[0]).toBeCloseTo(0.3, 2)
    expect(means[1]).toBeCloseTo(0.6, 2)
  })

  it('An evolution bounds the step to a distant point, and stays finite with equal points', () => {
    const start = startEvolution(Float64Array.of(0.5, 0.5), 0.001)
    const far = Array.from({ length: start.strategy.lambda }, () => Float64Array.of(1, 0))
    let evolution = evolve(start, far)
    expect(Math.hypot(evolution.mean[0]! - 0.5, evolution.mean[1]! - 0.5)).toBeLessThanOrEqual(
      2 * start.strategy.chi * 0.001 * 1.0001,
    )

    for (let generation = 0; generation < 50; generation += 1) evolution = evolve(evolution, far)
    expect([...evolution.mean, evolution.sigma, ...evolution.lengths].every(Number.isFinite)).toBe(true)
  })
})
