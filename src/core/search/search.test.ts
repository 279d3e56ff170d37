import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Axis, SearchSpace } from '../../contract/search-space.ts'
import { encodeValue, Float, toPlain } from '../../contract/values.ts'
import { createGrid } from './grid.ts'
import { createRandom } from './random.ts'
import { createStream, permute, philox } from './rng.ts'
import { axisSize, normalQuantile, sampleAxis } from './space.ts'

describe('the generator', () => {
  it('is Philox4x32-10: the vectors its authors published', () => {
    const hex = (words: readonly number[]) => words.map((word) => word.toString(16).padStart(8, '0')).join(' ')
    const ones = 0xffffffff
    expect(hex(philox([0, 0, 0, 0], [0, 0]))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8')
    expect(hex(philox([ones, ones, ones, ones], [ones, ones]))).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd')
    expect(hex(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]))).toBe('d16cfe09 94fdcceb 5001e420 24126ea1')
  })

  it('gives each seed, name and index a stream of its own', () => {
    const first = (seed: number, name: string, index: number) => createStream(seed, name, index).next()
    const draws = [first(0, 'a', 0), first(1, 'a', 0), first(0, 'b', 0), first(0, 'a', 1), first(2 ** 32, 'a', 0), first(0, 'a', 2 ** 32)]
    expect(new Set(draws).size).toBe(draws.length)
    expect(first(0, 'a', 0)).toBe(draws[0])
  })

  it('draws evenly', () => {
    const bins = Array<number>(10).fill(0)
    for (let index = 0; index < 20_000; index += 1) bins[Math.floor(createStream(7, 'x', index).next() * 10)]! += 1
    for (const count of bins) expect(Math.abs(count - 2000)).toBeLessThan(250)
  })

  it('permutes any range onto itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(), (size, seed) => {
        const image = Array.from({ length: size }, (_, index) => permute(BigInt(index), BigInt(size), seed))
        expect(new Set(image).size).toBe(size)
        expect(image.every((value) => value >= 0n && value < BigInt(size))).toBe(true)
      }),
      { numRuns: 60 },
    )
    const huge = 10n ** 40n
    expect(permute(123n, huge, 5)).toBeLessThan(huge)
  })
})

const axis = (fields: object): Axis => ({ name: 'x', ...fields }) as Axis
const values = (item: Axis) =>
  createGrid([item], null)
    .suggest(0, 100)
    .map((point) => point['x'])

describe('the values of an axis', () => {
  const cases: [string, Axis, unknown[]][] = [
    ['range of whole numbers', axis({ kind: 'range', start: 1, step: 2, count: 5, isFloat: false }), [1, 3, 5, 7, 9]],
    ['range of decimals', axis({ kind: 'range', start: 0, step: 0.1, count: 4, isFloat: true }), [0, 0.1, 0.2, 0.3]],
    ['linspace', axis({ kind: 'linspace', start: 0.01, stop: 0.1, count: 5 }), [0.01, 0.0325, 0.055, 0.0775, 0.1]],
    ['logspace', axis({ kind: 'logspace', start: 0, stop: 2, count: 3, base: 10 }), [1, 10, 100]],
    ['logspace of another base', axis({ kind: 'logspace', start: 0, stop: 2, count: 3, base: 2 }), [1, 2, 4]],
    ['geomspace', axis({ kind: 'geomspace', start: 1, stop: 256, count: 9 }), [1, 2, 4, 8, 16, 32, 64, 128, 256]],
    ['quniform', axis({ kind: 'quniform', low: 0.1, high: 1, q: 0.25, isFloat: true }), [0.25, 0.5, 0.75, 1]],
  ]
  it.each(cases)('%s', (_name, item, expected) => {
    const got = values(item).map((value) => toPlain(value) as number)
    got.forEach((value, index) => expect(value).toBeCloseTo(expected[index] as number, 12))
    expect(got).toHaveLength(expected.length)
  })

  it('keeps the difference between 1 and 1.0', () => {
    expect(values(axis({ kind: 'linspace', start: 0, stop: 1, count: 2 }))).toEqual([new Float(0), new Float(1)])
    expect(values(axis({ kind: 'quniform', low: 0, high: 2, q: 1, isFloat: false }))).toEqual([0, 1, 2])
  })
})

describe('draws from a distribution', () => {
  const draw = (item: Axis, count = 4000) =>
    Array.from({ length: count }, (_, index) => toPlain(sampleAxis(item, createStream(3, 'd', index).next())) as number).sort((a, b) => a - b)
  const median = (item: Axis) => draw(item)[2000]!

  it('follow it', () => {
    expect(median(axis({ kind: 'uniform', low: 2, high: 4 }))).toBeCloseTo(3, 1)
    expect(Math.log(median(axis({ kind: 'loguniform', low: -4, high: 0 })))).toBeCloseTo(-2, 0)
    expect(median(axis({ kind: 'normal', loc: 5, scale: 2 }))).toBeCloseTo(5, 0)
    expect(Math.log(median(axis({ kind: 'lognormal', loc: 1, scale: 1 })))).toBeCloseTo(1, 0)
    const normal = draw(axis({ kind: 'normal', loc: 0, scale: 1 }))
    expect(normal[Math.floor(4000 * 0.975)]).toBeCloseTo(1.96, 0)
  })

  it('lie on multiples of q, printed with the decimals of q', () => {
    for (const kind of ['quniform', 'qloguniform', 'qnormal', 'qlognormal']) {
      for (const value of draw(axis({ kind, low: 0, high: 2, loc: 0, scale: 1, q: 0.1, isFloat: true }), 300)) {
        expect(Math.abs(value / 0.1 - Math.round(value / 0.1))).toBeLessThan(1e-6)
        expect(String(value).length).toBeLessThan(8)
      }
    }
  })

  it('give a weighted value its share', () => {
    const item = axis({ kind: 'pvalues', values: ['a', 'b'], weights: [0.1, 0.9] })
    const share =
      Array.from({ length: 4000 }, (_, index) => sampleAxis(item, createStream(1, 'p', index).next())).filter((value) => value === 'a').length / 4000
    expect(share).toBeCloseTo(0.1, 1)
  })

  it('invert the normal distribution', () => {
    for (const [p, z] of [
      [0.5, 0],
      [0.975, 1.959963985],
      [0.001, -3.090232306],
      [0.999999, 4.753424309],
    ] as const)
      expect(normalQuantile(p)).toBeCloseTo(z, 6)
  })
})

const anyAxis = (name: string) =>
  fc.oneof(
    fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 4 }).map((list): Axis => ({ name, kind: 'values', values: list })),
    fc.integer({ min: 1, max: 5 }).map((count): Axis => ({ name, kind: 'range', start: 0, step: 3, count, isFloat: false })),
    fc.constant<Axis>({ name, kind: 'quniform', low: 0, high: 1, q: 0.5, isFloat: true }),
  )
const anySpace: fc.Arbitrary<SearchSpace> = fc.tuple(anyAxis('a'), anyAxis('b'), anyAxis('c'))

describe('methods', () => {
  it('walk a grid with the last axis fastest, each point once', () => {
    const space: SearchSpace = [axis({ kind: 'values', values: [1, 2] }), { name: 'y', kind: 'values', values: ['a', 'b', 'c'] }]
    expect(createGrid(space, null).suggest(0, 4)).toEqual([
      { x: 1, y: 'a' },
      { x: 1, y: 'b' },
      { x: 1, y: 'c' },
      { x: 2, y: 'a' },
    ])
    expect(createGrid(space, 4)).toMatchObject({ size: 4 })
    expect(createGrid(space, 10).suggest(5, 10)).toEqual([{ x: 2, y: 'c' }])
  })

  it('draw every point of a finite space once and then no more', () => {
    fc.assert(
      fc.property(anySpace, fc.nat(), (space, seed) => {
        const size = space.reduce((product, item) => product * axisSize(item)!, 1)
        const points = createRandom(space, null, seed).suggest(0, size + 5)
        expect(new Set(points.map(encodeValue)).size).toBe(size)
      }),
    )
  })

  it('answer the same whatever was asked before, in pieces or at once, in a fresh instance or an old one', () => {
    const withWeights = anySpace.map((space): SearchSpace => [...space, { name: 'w', kind: 'pvalues', values: ['x', 'y'], weights: [0.3, 0.7] }])
    fc.assert(
      fc.property(fc.oneof(anySpace, withWeights), fc.nat(), fc.integer({ min: 1, max: 7 }), (space, seed, piece) => {
        const whole = createRandom(space, 12, seed).suggest(0, 12)
        const method = createRandom(space, 12, seed)
        const pieces = Array.from({ length: 12 }, (_, index) => method.suggest(index * piece, piece)).flat()
        expect(pieces.slice(0, whole.length)).toEqual(whole)
        expect(createRandom(space, 12, seed).suggest(5, 3)).toEqual(whole.slice(5, 8))
      }),
    )
  })

  it('end where a value of no probability could be waited for for ever', () => {
    const space: SearchSpace = [{ name: 'w', kind: 'pvalues', values: ['never', 'always'], weights: [0, 1] }]
    expect(createRandom(space, 5, 1).suggest(0, 5)).toEqual([{ w: 'always' }])
  })
})
