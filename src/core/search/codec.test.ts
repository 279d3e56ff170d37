import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Axis, SearchSpace } from '../../contract/search-space.ts'
import { asNumber, encodeValue, toPlain } from '../../contract/values.ts'
import type { ValueMap } from '../../contract/values.ts'
import { createCodec } from './codec.ts'
import { axisSize, sampleAxis, valueAt } from './space.ts'

const AXES: Readonly<Record<string, Axis>> = {
  'two numbers': { name: 'a', kind: 'values', values: [1, 2] },
  'even numbers': { name: 'a', kind: 'values', values: [3, 1, 2, 4] },
  'powers of two': { name: 'a', kind: 'values', values: [1, 2, 4, 8, 16, 32] },
  'uneven numbers': { name: 'a', kind: 'values', values: [0, 1, 2, 3, 100] },
  'uneven positive numbers': { name: 'a', kind: 'values', values: [1, 1.1, 1.2, 50, 1000] },
  words: { name: 'a', kind: 'values', values: ['x', 'y', 'z'] },
  mixed: { name: 'a', kind: 'values', values: [null, true, 'x', [1, 2], { b: 1 }] },
  pvalues: { name: 'a', kind: 'pvalues', values: ['x', 'y'], weights: [0.9, 0.1] },
  range: { name: 'a', kind: 'range', start: 1, step: 2, count: 5, isFloat: false },
  'range of decimals': { name: 'a', kind: 'range', start: 0, step: 0.1, count: 10, isFloat: true },
  linspace: { name: 'a', kind: 'linspace', start: 0, stop: 1, count: 5 },
  'falling linspace': { name: 'a', kind: 'linspace', start: 1, stop: -1, count: 7 },
  logspace: { name: 'a', kind: 'logspace', start: 0, stop: 3, count: 4, base: 10 },
  geomspace: { name: 'a', kind: 'geomspace', start: 1, stop: 256, count: 9 },
  int: { name: 'a', kind: 'int', low: -3, high: 8 },
  logint: { name: 'a', kind: 'logint', low: 1, high: 512 },
  log: { name: 'a', kind: 'log', low: 1e-5, high: 10 },
  uniform: { name: 'a', kind: 'uniform', low: -2, high: 6 },
  loguniform: { name: 'a', kind: 'loguniform', low: -7, high: 0 },
  normal: { name: 'a', kind: 'normal', loc: 5, scale: 2 },
  lognormal: { name: 'a', kind: 'lognormal', loc: 1, scale: 0.5 },
  quniform: { name: 'a', kind: 'quniform', low: 0.1, high: 0.9, q: 0.25, isFloat: true },
  qloguniform: { name: 'a', kind: 'qloguniform', low: 0, high: 5, q: 0.5, isFloat: true },
  qnormal: { name: 'a', kind: 'qnormal', loc: 3, scale: 2, q: 0.25, isFloat: true },
  qlognormal: { name: 'a', kind: 'qlognormal', loc: 0, scale: 1, q: 0.2, isFloat: true },
}
const unit = fc.double({ min: 0, max: 1 - 2 ** -53, noNaN: true })

describe('values at a place of their distribution', () => {
  const cases: readonly [string, Axis, readonly (readonly [u: number, value: number])[]][] = [
    [
      'int',
      { name: 'a', kind: 'int', low: 1, high: 8 },
      [
        [0, 1],
        [0.1, 1],
        [0.49, 4],
        [0.51, 5],
        [0.99, 8],
      ],
    ],
    [
      'logint',
      { name: 'a', kind: 'logint', low: 8, high: 512 },
      [
        [0, 8],
        [0.1, 11],
        [0.25, 22],
        [0.5, 62],
        [0.75, 178],
        [0.9, 336],
        [0.999, 510],
      ],
    ],
    [
      'log',
      { name: 'a', kind: 'log', low: 1e-4, high: 1 },
      [
        [0, 1e-4],
        [0.25, 1e-3],
        [0.5, 1e-2],
        [0.75, 0.1],
      ],
    ],
    ['1.3 in steps of 0.5', { name: 'a', kind: 'qnormal', loc: 1.3, scale: 1e-9, q: 0.5, isFloat: true }, [[0.5, 1.5]]],
    ['7.9 in steps of 2', { name: 'a', kind: 'qnormal', loc: 7.9, scale: 1e-9, q: 2, isFloat: false }, [[0.5, 8]]],
    [
      '1.3 in logarithmic steps of 0.5',
      { name: 'a', kind: 'qloguniform', low: Math.log(1.3), high: Math.log(7.9), q: 0.5, isFloat: true },
      [[0, 1.5]],
    ],
  ]
  it.each(cases)('The value at each place of the distribution is correct: %s', (_name, axis, places) => {
    const codec = createCodec([axis])
    for (const [u, value] of places) {
      expect(asNumber(sampleAxis(axis, u))).toBeCloseTo(value, 12)
      expect(asNumber(codec.decode(Float64Array.from(codec.dimensions, () => u))['a'])).toBeCloseTo(value, 12)
    }
  })
})

describe('a code', () => {
  it.each(Object.entries(AXES))('A code is converted to a value and back: %s', (_name, axis) => {
    const [dimension] = createCodec([axis]).dimensions
    const top = Math.max(1, dimension!.categories - 1)
    fc.assert(
      fc.property(unit, (u) => {
        const value = sampleAxis(axis, u)
        const code = dimension!.toCode(value)
        expect(code).toBeGreaterThanOrEqual(0)
        expect(code).toBeLessThanOrEqual(top)
        if (Number.isFinite(dimension!.cells)) expect(encodeValue(dimension!.toValue(code))).toBe(encodeValue(value))
        else
          expect(Math.abs(asNumber(dimension!.toValue(code))! - asNumber(value)!)).toBeLessThan(
            1e-8 * Math.max(1, Math.abs(asNumber(value)!)),
          )

        const snapped = dimension!.snapCode(u * top)
        expect(Math.abs(dimension!.snapCode(snapped) - snapped)).toBeLessThan(1e-12)
        // A point that was suggested and the same point read back must have the same code.
        if (Number.isFinite(dimension!.cells))
          expect(Math.abs(dimension!.toCode(dimension!.toValue(snapped)) - snapped)).toBeLessThan(1e-12)
        expect(encodeValue(dimension!.toValue(dimension!.snapCode(snapped)))).toBe(
          encodeValue(dimension!.toValue(snapped)),
        )
      }),
      { numRuns: 200 },
    )
  })

  it.each(Object.entries(AXES).filter(([, axis]) => axisSize(axis) !== undefined))(
    'A dimension has a different code for each value: %s',
    (_name, axis) => {
      const [dimension] = createCodec([axis]).dimensions
      const values = Array.from({ length: axisSize(axis)! }, (_, i) => valueAt(axis, i))
      const codes = values.map((value) => dimension!.toCode(value))

      expect(dimension!.cells).toBe(values.length)
      expect(new Set(codes).size).toBe(values.length)
      expect(codes.map((code) => encodeValue(dimension!.toValue(dimension!.snapCode(code))))).toEqual(
        values.map(encodeValue),
      )
    },
  )

  it('The code of an ordered parameter grows with its value', () => {
    for (const [name, axis] of Object.entries(AXES)) {
      const [dimension] = createCodec([axis]).dimensions
      if (dimension!.categories > 0 || name === 'falling linspace') continue
      const numbers = Array.from({ length: 50 }, (_, i) => asNumber(sampleAxis(axis, i / 50))!).toSorted(
        (a, b) => a - b,
      )
      const codes = numbers.map((number) => dimension!.toCode(number))
      expect(codes, name).toEqual(codes.toSorted((a, b) => a - b))
    }
  })

  it('Listed numbers are coded by rank if they or their logarithms are evenly spaced, and by size otherwise', () => {
    const codesOf = (values: number[]) =>
      values.map((value) => createCodec([{ name: 'a', kind: 'values', values }]).dimensions[0]!.toCode(value))
    expect(codesOf([1, 2, 3, 4])).toEqual([0.125, 0.375, 0.625, 0.875])
    expect(codesOf([1, 10, 100, 1000])).toEqual([0.125, 0.375, 0.625, 0.875])

    const [zero, one, hundred] = codesOf([0, 1, 100])
    expect(one! - zero!).toBeLessThan((hundred! - one!) / 50)
  })

  it('Words, two values and weighted values are coded as categories', () => {
    const categoriesOf = (axis: Axis) => createCodec([axis]).dimensions[0]!.categories
    expect(['words', 'two numbers', 'pvalues', 'even numbers', 'int'].map((name) => categoriesOf(AXES[name]!))).toEqual(
      [3, 2, 2, 0, 0],
    )
    expect(createCodec([AXES['pvalues']!]).dimensions[0]!.weights).toEqual([0.9, 0.1])
  })

  it('The code of a value that is none of the categories is -1', () => {
    const [dimension] = createCodec([AXES['words']!]).dimensions
    expect(dimension!.toCode('other')).toBe(-1)
    const numbers = createCodec([AXES['even numbers']!]).dimensions[0]!
    expect(numbers.toValue(numbers.toCode(99))).toBeDefined()
  })
})

describe('conditions', () => {
  const nested: SearchSpace = [
    // The child stands before its parent, because a document may list parameters in any order.
    { name: 'momentum', kind: 'uniform', low: 0, high: 1, when: { name: 'kind', in: ['sgd'] } },
    { name: 'kind', kind: 'values', values: ['sgd', 'adam'], when: { name: 'model', in: ['net'] } },
    { name: 'model', kind: 'values', values: ['tree', 'net'] },
    { name: 'depth', kind: 'int', low: 1, high: 4, when: { name: 'model', in: ['tree'] } },
    { name: 'leaves', kind: 'uniform', low: 0, high: 1, when: { name: 'depth', in: [3, 4] } },
  ]
  const codec = createCodec(nested)
  const keys = (point: ValueMap) => Object.keys(point).toSorted()

  it.each([
    [{ model: 'net', kind: 'sgd', momentum: 0.3 }, ['kind', 'model', 'momentum']],
    [{ model: 'net', kind: 'adam', momentum: 0.3 }, ['kind', 'model']],
    [{ model: 'tree', kind: 'sgd', momentum: 0.3, depth: 3, leaves: 0.5 }, ['depth', 'leaves', 'model']],
    [{ model: 'tree', depth: 2, leaves: 0.5 }, ['depth', 'model']],
  ])('A decoded point has no inactive parameters: %o', (point, there) => {
    const settled = codec.decode(codec.encode(point))
    expect(keys(settled)).toEqual(there)
    expect(settled).toEqual(Object.fromEntries(Object.entries(point).filter(([name]) => there.includes(name))))
  })

  it('Points that differ only in inactive parameters have the same key', () => {
    const key = (point: ValueMap) => codec.keyOf(codec.normalise(codec.encode(point)))
    expect(key({ model: 'net', kind: 'adam', momentum: 0.3 })).toBe(key({ model: 'net', kind: 'adam' }))
    expect(key({ model: 'net', kind: 'adam', momentum: 0.3 })).toBe(
      key({ model: 'net', kind: 'adam', momentum: 0.9, depth: 4 }),
    )
    expect(key({ model: 'net', kind: 'sgd', momentum: 0.3 })).not.toBe(
      key({ model: 'net', kind: 'sgd', momentum: 0.9 }),
    )
  })

  it('A condition compares numbers whether they are ints or floats', () => {
    const floats = createCodec([
      { name: 'a', kind: 'range', start: 1, step: 1, count: 3, isFloat: true },
      { name: 'b', kind: 'uniform', low: 0, high: 1, when: { name: 'a', in: [2] } },
    ])
    expect(toPlain(floats.decode(floats.encode({ a: 2, b: 0.5 })))).toEqual({ a: 2, b: 0.5 })
    expect(toPlain(floats.decode(floats.encode({ a: 3, b: 0.5 })))).toEqual({ a: 3 })
  })

  it('Settled codes do not change when they are settled or converted to a point and back', () => {
    fc.assert(
      fc.property(fc.array(unit, { minLength: 5, maxLength: 5 }), (codes) => {
        const x = codec.normalise(
          Float64Array.from(codes, (u, j) => (codec.dimensions[j]!.categories > 0 ? Math.floor(2 * u) : u)),
        )

        expect(codec.normalise(x.slice())).toEqual(x)
        const point = codec.decode(x)
        expect(codec.keyOf(codec.encode(point))).toBe(codec.keyOf(x))
        codec.dimensions.forEach(({ name }, j) => expect(Object.hasOwn(point, name)).toBe(codec.isActive(x, j)))
      }),
    )
  })
})
