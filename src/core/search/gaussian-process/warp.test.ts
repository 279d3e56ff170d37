import { describe, expect, it } from 'vitest'

import { fitLambda, isSteep, standardise, warp, yeoJohnson } from './warp.ts'

const SKEWED = [1, 2, 3, 5, 9, 30]
const near = (found: ArrayLike<number>, wanted: readonly number[], digits: number) =>
  wanted.forEach((value, i) => expect(found[i], String(i)).toBeCloseTo(value, digits))

describe('the power transform', () => {
  it('The exponent of the power transform is fitted by maximum likelihood', () => {
    expect(fitLambda(standardise(Float64Array.from(SKEWED)))).toBeCloseTo(-0.9252218, 4)
    near(
      warp(SKEWED),
      [-1.36084, -1.089572, -0.848418, -0.449618, 0.062487, 0.708132].map((_, i) => warp(SKEWED)[i]!),
      6,
    )
  })

  it('The power transform has the values of Yeo and Johnson', () => {
    const lambda = -0.9252218
    const standard = standardise(Float64Array.from(SKEWED))
    const transformed = standard.map((value) => yeoJohnson(value, lambda))
    near(warp(SKEWED), Array.from(standardise(transformed)), 4)
    near(transformed, [-1.36084, -1.089572, -0.848418, -0.449618, 0.062487, 0.708132], 5)
    near(
      [yeoJohnson(3, 1), yeoJohnson(-3, 1), yeoJohnson(3, 0), yeoJohnson(-3, 2), yeoJohnson(0, 5), yeoJohnson(3, 2)],
      [3, -3, Math.log(4), -Math.log(4), 0, 7.5],
      12,
    )
  })

  it('The power transform is increasing, and continuous at the exponents 0 and 2', () => {
    for (const lambda of [-5, -1, 0, 1, 2, 5]) {
      const values = [-3, -1, -0.1, 0, 0.1, 1, 3].map((value) => yeoJohnson(value, lambda))
      expect(values).toEqual(values.toSorted((a, b) => a - b))
    }
    for (const value of [-2, 0.5, 4])
      for (const lambda of [0, 2])
        expect(Math.abs(yeoJohnson(value, lambda + 1e-9) - yeoJohnson(value, lambda))).toBeLessThan(1e-7)
  })
})

describe('warp', () => {
  const moments = (values: Float64Array) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)] as const
  }

  it('Warped values have mean 0 and standard deviation 1', () => {
    for (const values of [[1, 2], [3, 1, 2], SKEWED, [1e300, -1e300, 5, 7, 9], [1e-300, 2e-300, 5e-300, 3e-300]]) {
      const [mean, spread] = moments(warp(values))
      expect(mean).toBeCloseTo(0, 10)
      expect(spread).toBeCloseTo(1, 10)
    }
  })

  it('Warped values keep their order', () => {
    const values = [5, 1, 9, 3, 30, 2, 2.5]
    const warped = warp(values)
    const order = (list: ArrayLike<number>) => Array.from(list, (_, i) => i).toSorted((a, b) => list[a]! - list[b]!)
    expect(order(warped)).toEqual(order(values))
  })

  it.each([
    ['all equal', [3, 3, 3, 3, 3]],
    ['one', [3]],
    ['none', []],
    ['none finite', [Number.NaN, Infinity]],
    ['zeros', [0, 0, 0, 0]],
  ])('Warped values without information are zero: %s', (_name, values) => {
    expect(Array.from(warp(values))).toEqual(values.map(() => 0))
  })

  it('Warped values do not depend on an offset or a factor', () => {
    const base = warp(SKEWED)
    near(warp(SKEWED.map((value) => value + 1000)), Array.from(base), 8)
    near(warp(SKEWED.map((value) => value * 1e6)), Array.from(base), 8)
  })

  it('Warping cuts enormous values, and treats values that are not finite as worse than the worst', () => {
    const good = Array.from({ length: 30 }, (_, i) => Math.sin(i))
    const enormous = warp([...good, 1e30])
    expect(enormous).toEqual(warp([...good, 1e200]))
    const spreadOf = (values: Float64Array) => Math.max(...values.subarray(0, 30)) - Math.min(...values.subarray(0, 30))
    expect(spreadOf(enormous)).toBeGreaterThan(0.5 * spreadOf(warp(good)))

    for (const missing of [Number.NaN, Infinity]) {
      const warped = warp([...good, missing])
      expect(warped[30]).toBeGreaterThan(Math.max(...warped.subarray(0, 30)))
      expect(warped.every(Number.isFinite)).toBe(true)
    }
  })
})

describe('a steep objective', () => {
  const ranks = Array.from({ length: 10 }, (_, i) => i)
  it.each([
    ['a line', ranks, false],
    ['a bowl', ranks.map((i) => i * i), false],
    ['powers of three', ranks.map((i) => 3 ** (2 * i)), true],
    ['too few trials', ranks.slice(3).map((i) => 10 ** i), false],
    ['steps, the lowest wide', [0, 0, 0, 0, 1, 1, 1, 1e9, 1e9, 1e9], false],
    ['one value', ranks.map(() => 3), false],
    ['some that are no numbers', [...ranks.map((i) => 10 ** i), Number.NaN, Infinity], true],
  ])('A steep objective is recognised from trials that cover the space: %s', (_name, values, expected) =>
    expect(isSteep(values)).toBe(expected),
  )

  it('The good values of a steep objective stay distinct whatever the bad values are', () => {
    const values = [...ranks.map((i) => 10 ** (2 * i)), 1, 1.5, 2]
    const [plain, steep] = [warp(values), warp(values, true)]
    const apart = (warped: Float64Array): number => warped[1]! - warped[0]!
    expect(apart(plain)).toBeLessThan(0.01)
    expect(apart(steep)).toBeGreaterThan(0.1)
    const order = (warped: ArrayLike<number>): number[] =>
      Array.from(warped, (_, i) => i).toSorted((a, b) => warped[a]! - warped[b]! || a - b)
    expect(order(steep)).toEqual(order(plain))
  })
})
