import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { SearchSpace } from '../../../contract/search-space.ts'
import { asNumber, encodeValue } from '../../../contract/values.ts'
import type { ValueMap } from '../../../contract/values.ts'
import type { History } from '../history.ts'
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
/** A history with `count` points drawn by random search. */
const after = (count: number): History => ({
  trials: Array.from({ length: count }, () => ({ point: {}, source: 'random' as const })),
  results: [],
})

function random(space: SearchSpace, trialsMax: number | null, seed: number) {
  const method = createRandom(space, { trialsMax, seed, settle: (point) => point, mayLackCells: false })
  const points = (from: number, count: number): ValueMap[] =>
    method.suggest(after(from), count).map(({ point }) => point)
  return { size: method.pointsMax, points }
}

const SPACES = { listed, continuous, weighted }

describe('createRandom', () => {
  for (const [name, space] of Object.entries(SPACES)) {
    it(`Random search gives the same points for the same seed in whatever order they are requested (${name})`, () => {
      fc.assert(
        fc.property(fc.integer(), fc.array(fc.tuple(fc.nat(3), fc.nat(4)), { maxLength: 8 }), (seed, asks) => {
          const all = random(space, 4, seed).points(0, 4)
          const method = random(space, 4, seed)
          for (const [from, count] of asks) expect(method.points(from, count)).toEqual(all.slice(from, from + count))
        }),
        { numRuns: 50 },
      )
    })

    it(`Random search gives other points for another seed (${name})`, () => {
      const orders = new Set(Array.from({ length: 20 }, (_, seed) => encodeValue(random(space, 4, seed).points(0, 4))))
      expect(orders.size).toBeGreaterThan(name === 'weighted' ? 3 : 15)
    })
  }

  it('Random search takes every point of a finite space once and then ends', () => {
    for (const seed of [0, 1, 99]) {
      const points = random(listed, 200, seed).points(0, 200)
      expect(new Set(points.map(encodeValue)).size).toBe(12)
      expect(points).toHaveLength(12)
    }
    expect(random(listed, 200, 0).size).toBe(12)
    expect(random(listed, 5, 0).points(0, 200)).toHaveLength(5)
  })

  it('Random search takes no point of a weighted space twice and ends, even where a value has weight 0', () => {
    const points = random(weighted, 10, 3).points(0, 10)
    expect(new Set(points.map(encodeValue)).size).toBe(points.length)
    expect(points).toHaveLength(4)

    const one: SearchSpace = [{ name: 'a', kind: 'pvalues', values: ['never', 'always'], weights: [0, 1] }]
    expect(random(one, 10, 3).points(0, 10)).toEqual([{ a: 'always' }])
  })

  it('Random search takes no point twice where a value is listed twice', () => {
    const twice: SearchSpace = [{ name: 'a', kind: 'values', values: [1, 1, 2, 1] }]
    const points = random(twice, 10, 3).points(0, 10)
    expect(points.map((point) => point['a']).sort((a, b) => Number(a) - Number(b))).toEqual([1, 2])
  })

  it('Random search draws values of a higher weight first', () => {
    const firsts = Array.from({ length: 400 }, (_, seed) => random(weighted, 1, seed).points(0, 1)[0]!['a'])
    const share = firsts.filter((value) => value === 'x').length / firsts.length
    expect(Math.abs(share - 0.9)).toBeLessThan(0.06)
  })

  it('Random search without a budget is unlimited in a continuous space, and stays inside the space', () => {
    const method = random(continuous, null, 1)
    expect(method.size).toBeNull()
    for (const point of method.points(1000, 50)) {
      expect([1, 2, 3]).toContain(point['a'])
      expect([0, 1, 2, 3]).toContain(point['b'])
      expect(asNumber(point['lr'])).toBeGreaterThanOrEqual(Math.exp(-7))
      expect(asNumber(point['lr'])).toBeLessThan(1)
    }
  })

  it('Random search counts only its own draws, and leaves out points that are not allowed', () => {
    const given = { point: {}, source: 'given' as const }
    const method = createRandom(continuous, {
      trialsMax: null,
      seed: 5,
      settle: (point) => (point['a'] === 2 ? undefined : point),
      mayLackCells: true,
    })
    expect(method.suggest({ trials: [given, ...after(2).trials, given], results: [] }, 3)).toEqual(
      method.suggest(after(2), 3),
    )

    const points = method.suggest(after(0), 60).map(({ point }) => point['a'])
    expect(new Set(points)).toEqual(new Set([1, 3]))
  })

  it('Random search takes no point twice where the parameter that differs may be inactive', () => {
    const space: SearchSpace = [
      { name: 'k', kind: 'values', values: ['a', 'b'] },
      { name: 'm', kind: 'uniform', low: 0, high: 1, when: { name: 'k', in: ['a'] } },
    ]
    const settle = (point: ValueMap): ValueMap => (point['k'] === 'a' ? point : { k: 'b' })
    const made = createRandom(space, { trialsMax: 100, seed: 5, settle, mayLackCells: true }).suggest(after(0), 100)
    expect(new Set(made.map(({ point }) => encodeValue(point))).size).toBe(100)
  })

  it('Random search ends in a finite space with constraints once no point is left', () => {
    const method = createRandom(listed, {
      trialsMax: 50,
      seed: 5,
      settle: (point) => (point['a'] === 2 ? undefined : point),
      mayLackCells: true,
    })
    const points = method.suggest(after(0), 50).map(({ point }) => encodeValue(point))
    expect(points).toHaveLength(8)
    expect(new Set(points).size).toBe(8)
    expect(method.suggest(after(8), 1)).toEqual([])
  })
})
