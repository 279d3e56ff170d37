import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { SearchSpace } from '../../contract/search-space.ts'
import { asNumber, encodeValue } from '../../contract/values.ts'
import { createRandom } from './random.ts'

const listed: SearchSpace = [
  { name: 'a', kind: 'values', values: [1, 2, 3] },
  { name: 'b', kind: 'range', start: 0, step: 1, count: 4, isFloat: false },
]
const continuous: SearchSpace = [...listed, { name: 'lr', kind: 'loguniform', low: -7, high: 0 }]
const weighted: SearchSpace = [
  { name: 'a', kind: 'pvalues', values: ['x', 'y'], weights: [0.9, 0.1] },
  { name: 'b', kind: 'values', values: [1, 2] },
]
const SPACES = { listed, continuous, weighted }

describe('createRandom', () => {
  for (const [name, space] of Object.entries(SPACES)) {
    it(`gives the same points for the same seed whatever order they are asked in (${name})`, () => {
      fc.assert(
        fc.property(fc.integer(), fc.array(fc.tuple(fc.nat(3), fc.nat(4)), { maxLength: 8 }), (seed, asks) => {
          const all = createRandom(space, 4, seed).suggest(0, 4)
          const method = createRandom(space, 4, seed)
          for (const [from, count] of asks) expect(method.suggest(from, count)).toEqual(all.slice(from, from + count))
        }),
        { numRuns: 50 },
      )
    })

    it(`gives other points for another seed (${name})`, () => {
      const orders = new Set(Array.from({ length: 20 }, (_, seed) => encodeValue(createRandom(space, 4, seed).suggest(0, 4))))
      expect(orders.size).toBeGreaterThan(name === 'weighted' ? 3 : 15)
    })
  }

  it('takes every point of a finite space once and then ends', () => {
    for (const seed of [0, 1, 99]) {
      const points = createRandom(listed, 200, seed).suggest(0, 200)
      expect(new Set(points.map(encodeValue)).size).toBe(12)
      expect(points).toHaveLength(12)
    }
    expect(createRandom(listed, 200, 0).size).toBe(12)
    expect(createRandom(listed, 5, 0).suggest(0, 200)).toHaveLength(5)
  })

  it('takes no point of a weighted space twice and ends, even where a value has no weight', () => {
    const points = createRandom(weighted, 10, 3).suggest(0, 10)
    expect(new Set(points.map(encodeValue)).size).toBe(points.length)
    expect(points).toHaveLength(4)
    const one: SearchSpace = [{ name: 'a', kind: 'pvalues', values: ['never', 'always'], weights: [0, 1] }]
    expect(createRandom(one, 10, 3).suggest(0, 10)).toEqual([{ a: 'always' }])
  })

  it('takes no point twice where a value is written twice', () => {
    const twice: SearchSpace = [{ name: 'a', kind: 'values', values: [1, 1, 2, 1] }]
    const points = createRandom(twice, 10, 3).suggest(0, 10)
    expect(points.map((point) => point['a']).sort((a, b) => Number(a) - Number(b))).toEqual([1, 2])
  })

  it('begins with the heavier values', () => {
    const firsts = Array.from({ length: 400 }, (_, seed) => createRandom(weighted, 1, seed).suggest(0, 1)[0]!['a'])
    const share = firsts.filter((value) => value === 'x').length / firsts.length
    expect(Math.abs(share - 0.9)).toBeLessThan(0.06)
  })

  it('has no end without a budget in a continuous space, and stays inside the space', () => {
    const method = createRandom(continuous, null, 1)
    expect(method.size).toBeNull()
    for (const point of method.suggest(1000, 50)) {
      expect([1, 2, 3]).toContain(point['a'])
      expect([0, 1, 2, 3]).toContain(point['b'])
      expect(asNumber(point['lr'])).toBeGreaterThanOrEqual(Math.exp(-7))
      expect(asNumber(point['lr'])).toBeLessThan(1)
    }
  })
})
