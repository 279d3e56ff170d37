import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Axis } from '../../contract/search-space.ts'
import { asNumber, Float, toPlain } from '../../contract/values.ts'
import { createStream } from './numerics/rng.ts'
import { axisSize, normalQuantile, pointAt, sampleAxis, spaceSize } from './space.ts'

const finite = (axis: Axis) =>
  Array.from({ length: axisSize(axis)! }, (_, index) => toPlain(pointAt([axis], BigInt(index))['a']))
const sampled = (axis: Axis, count = 4000) => {
  const stream = createStream(11, 'space', 0)
  return Array.from({ length: count }, () => sampleAxis(axis, stream.next()))
}
const numbers = (axis: Axis, count?: number) => sampled(axis, count).map((value) => asNumber(value)!)

/** Largest difference between the empirical and the given cumulative distribution. */
function distance(drawn: readonly number[], cumulative: (x: number) => number): number {
  const sorted = drawn.toSorted((a, b) => a - b)
  return Math.max(...sorted.map((x, index) => Math.abs((index + 0.5) / sorted.length - cumulative(x))))
}

// Kolmogorov-Smirnov test: the distance of a sample of size n is below 1.95 / sqrt(n) in 999 of 1000 cases. The seed is
// fixed.
const NEAR = 1.95 / Math.sqrt(4000)

/** Cumulative normal distribution by Simpson's rule, independent of the quantile under test. */
function normalCumulative(x: number): number {
  const steps = 2000
  const from = -10
  if (x <= from) return 0
  const width = (Math.min(x, 10) - from) / steps
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI)

  let sum = density(from) + density(from + steps * width)
  for (let step = 1; step < steps; step += 1) sum += density(from + step * width) * (step % 2 === 1 ? 4 : 2)
  return (sum * width) / 3
}

describe('finite axes', () => {
  const cases: readonly [string, Axis, readonly unknown[]][] = [
    ['range', { name: 'a', kind: 'range', start: 1, step: 2, count: 5, isFloat: false }, [1, 3, 5, 7, 9]],
    [
      'range of decimals',
      { name: 'a', kind: 'range', start: 0, step: 0.1, count: 4, isFloat: true },
      [0, 0.1, 0.2, 0.3],
    ],
    ['linspace', { name: 'a', kind: 'linspace', start: 0.01, stop: 0.1, count: 5 }, [0.01, 0.0325, 0.055, 0.0775, 0.1]],
    ['linspace of one', { name: 'a', kind: 'linspace', start: 3, stop: 9, count: 1 }, [3]],
    ['logspace', { name: 'a', kind: 'logspace', start: 0, stop: 2, count: 3, base: 10 }, [1, 10, 100]],
    ['logspace of base 2', { name: 'a', kind: 'logspace', start: 0, stop: 2, count: 3, base: 2 }, [1, 2, 4]],
    ['geomspace', { name: 'a', kind: 'geomspace', start: 1, stop: 256, count: 9 }, [1, 2, 4, 8, 16, 32, 64, 128, 256]],
    ['negative geomspace', { name: 'a', kind: 'geomspace', start: -8, stop: -1, count: 4 }, [-8, -4, -2, -1]],
    ['quniform', { name: 'a', kind: 'quniform', low: 0, high: 1, q: 0.25, isFloat: true }, [0, 0.25, 0.5, 0.75, 1]],
    [
      'quniform off its grid',
      { name: 'a', kind: 'quniform', low: 0.1, high: 0.9, q: 0.25, isFloat: true },
      [0.25, 0.5, 0.75],
    ],
    [
      'quniform between two grid points',
      { name: 'a', kind: 'quniform', low: 1.1, high: 1.2, q: 1, isFloat: true },
      [1],
    ],
  ]
  for (const [name, axis, expected] of cases) {
    it(name, () => {
      expect(finite(axis)).toHaveLength(expected.length)
      finite(axis).forEach((value, index) => expect(value).toBeCloseTo(expected[index] as number, 12))
    })
  }

  it('Values of float axes are floats and values of integer axes are integers', () => {
    expect(pointAt([cases[0]![1]], 0n)['a']).toBe(1)
    expect(pointAt([cases[4]![1]], 0n)['a']).toBeInstanceOf(Float)
    expect(pointAt([{ name: 'a', kind: 'quniform', low: 0, high: 10, q: 5, isFloat: false }], 1n)['a']).toBe(5)
    expect(
      Object.is(
        asNumber(pointAt([{ name: 'a', kind: 'quniform', low: -0.2, high: 0.2, q: 1, isFloat: true }], 0n)['a']),
        0,
      ),
    ).toBe(true)
  })

  it('spaceSize counts the points exactly, and is undefined with a continuous axis', () => {
    const ten: Axis = { name: 'x', kind: 'values', values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }
    expect(spaceSize(Array.from({ length: 30 }, () => ten))).toBe(10n ** 30n)
    expect(spaceSize([ten, { name: 'y', kind: 'uniform', low: 0, high: 1 }])).toBeUndefined()
  })
})

describe('samples', () => {
  it('Samples stay inside the bounds', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1 - 2 ** -53, noNaN: true }),
        (low, width, u) => {
          const value = asNumber(sampleAxis({ name: 'a', kind: 'uniform', low, high: low + width }, u))!
          expect(value).toBeGreaterThanOrEqual(low)
          expect(value).toBeLessThanOrEqual(low + width)
        },
      ),
    )
  })

  const quantised: readonly Axis[] = [
    { name: 'a', kind: 'quniform', low: 0, high: 1, q: 0.1, isFloat: true },
    { name: 'a', kind: 'qloguniform', low: 0, high: 5, q: 0.5, isFloat: true },
    { name: 'a', kind: 'qnormal', loc: 3, scale: 2, q: 0.25, isFloat: true },
    { name: 'a', kind: 'qlognormal', loc: 0, scale: 1, q: 0.2, isFloat: true },
  ]
  for (const axis of quantised) {
    it(`Samples of ${axis.kind} are multiples of q, with as many decimals as q`, () => {
      const q = (axis as { q: number }).q
      for (const value of numbers(axis, 500)) {
        expect(Math.abs(value / q - Math.round(value / q))).toBeLessThan(1e-9)
        expect(String(value).length).toBeLessThan(8)
      }
    })
    it(`Samples of ${axis.kind} are integers if q and the bounds are`, () => {
      expect(sampled({ ...axis, q: 2, isFloat: false } as Axis, 200).every((value) => Number.isInteger(value))).toBe(
        true,
      )
    })
  }

  it('Samples of quniform reach every point of the grid, both ends included, equally often', () => {
    const drawn = numbers({ name: 'a', kind: 'quniform', low: 0, high: 4, q: 1, isFloat: false })
    for (const point of [0, 1, 2, 3, 4])
      expect(Math.abs(drawn.filter((value) => value === point).length - 800)).toBeLessThan(6 * Math.sqrt(800))
  })

  it('Samples of qnormal are rounded to the nearest step, not down', () => {
    const drawn = numbers({ name: 'a', kind: 'qnormal', loc: 0, scale: 10, q: 1, isFloat: false })
    expect(Math.abs(drawn.reduce((sum, value) => sum + value, 0) / drawn.length)).toBeLessThan(0.45)
  })

  it('Samples of pvalues follow their weights', () => {
    const drawn = sampled({ name: 'a', kind: 'pvalues', values: ['x', 'y', 'never', 'z'], weights: [0.1, 0.6, 0, 0.3] })
    const share = (value: string) => drawn.filter((item) => item === value).length / drawn.length
    expect(share('never')).toBe(0)
    expect(Math.abs(share('x') - 0.1)).toBeLessThan(0.02)
    expect(Math.abs(share('y') - 0.6)).toBeLessThan(0.03)
    expect(Math.abs(share('z') - 0.3)).toBeLessThan(0.03)
  })

  const distributions: readonly [Axis, (x: number) => number][] = [
    [{ name: 'a', kind: 'uniform', low: -2, high: 6 }, (x) => (x + 2) / 8],
    [{ name: 'a', kind: 'loguniform', low: -7, high: 0 }, (x) => (Math.log(x) + 7) / 7],
    [{ name: 'a', kind: 'normal', loc: 5, scale: 2 }, (x) => normalCumulative((x - 5) / 2)],
    [{ name: 'a', kind: 'lognormal', loc: 1, scale: 0.5 }, (x) => normalCumulative((Math.log(x) - 1) / 0.5)],
  ]
  for (const [axis, cumulative] of distributions) {
    it(`Samples of ${axis.kind} follow the distribution`, () =>
      expect(distance(numbers(axis), cumulative)).toBeLessThan(NEAR))
  }
})

describe('normalQuantile', () => {
  it('normalQuantile inverts the distribution over its whole range', () => {
    for (const p of [1e-6, 1e-4, 0.02, 0.0242, 0.0243, 0.1, 0.3, 0.5, 0.7, 0.9757, 0.9758, 0.999, 1 - 1e-6])
      expect(normalCumulative(normalQuantile(p))).toBeCloseTo(p, 8)
  })
})
