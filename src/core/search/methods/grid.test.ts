import { describe, expect, it } from 'vitest'

import type { SearchSpace } from '../../../contract/search-space.ts'
import type { ValueMap } from '../../../contract/values.ts'
import { createGrid } from './grid.ts'
import type { GridOptions } from './grid.ts'
import type { History } from '../history.ts'
import { pointAt } from '../space.ts'

const space: SearchSpace = [
  { name: 'a', kind: 'values', values: [1, 2] },
  { name: 'b', kind: 'values', values: ['x', 'y', 'z'] },
]

/** A history with `count` points made by the grid. */
const after = (count: number): History => ({
  trials: Array.from({ length: count }, () => ({ point: {}, source: 'grid' as const })),
  results: [],
})

function grid(trialsMax: number | null, { of = space, ...more }: Partial<GridOptions> & { of?: SearchSpace } = {}) {
  const method = createGrid(of, { trialsMax, settle: (point) => point, mayLackCells: false, ...more })
  const points = (from: number, count: number): ValueMap[] =>
    method.suggest(after(from), count).map(({ point }) => point)
  return { size: method.pointsMax, points }
}

const names = (points: readonly ValueMap[]) => points.map(({ a, b }) => `${String(a)}${String(b)}`)

describe('createGrid', () => {
  it('A grid lists the points in document order, last axis fastest', () => {
    expect(names(grid(null).points(0, 100))).toEqual(['1x', '1y', '1z', '2x', '2y', '2z'])
    expect(names(grid(null).points(4, 1))).toEqual(['2y'])
  })

  it('A grid with a budget keeps the first points, and never more than the space has', () => {
    expect(grid(4).size).toBe(4)
    expect(grid(4).points(0, 100)).toEqual(grid(null).points(0, 4))
    expect(grid(10).size).toBe(6)
    expect(grid(10, { of: [{ name: 'a', kind: 'values', values: [1, 2, 3] }] }).points(0, 50)).toHaveLength(3)
  })

  it('A grid gives the same points whatever part is requested, and none after the end', () => {
    const { points } = grid(null)
    expect([...points(0, 2), ...points(2, 3), ...points(5, 9)]).toEqual(points(0, 6))
    expect(points(6, 1)).toEqual([])
    expect(points(100, 1)).toEqual([])
  })

  it('A grid counts only its own points', () => {
    const method = createGrid(space, { trialsMax: null, settle: (point) => point, mayLackCells: false })
    const given = { point: { a: 9, b: 'x' }, source: 'given' as const }
    const [first, second] = method.suggest({ trials: [given, given], results: [] }, 2)
    expect(names([first!.point, second!.point])).toEqual(['1x', '1y'])
    expect(names(method.suggest({ trials: [given, first!, given], results: [] }, 1).map(({ point }) => point))).toEqual(
      ['1y'],
    )
  })

  it('A huge grid computes a cell from its index', () => {
    const of: SearchSpace = ['a', 'b', 'c'].map((name) => ({
      name,
      kind: 'range',
      start: 0,
      step: 1,
      count: 1_000_000,
      isFloat: false,
    }))
    expect(grid(null, { of }).points(3, 1)).toEqual([{ a: 0, b: 0, c: 3 }])

    expect(pointAt(of, 10n ** 18n - 1n)).toEqual({ a: 999_999, b: 999_999, c: 999_999 })
    expect(
      new Set(
        grid(50, { of, shuffleSeed: 1 })
          .points(0, 50)
          .map(({ a }) => a),
      ).size,
    ).toBeGreaterThan(40)
  })

  it('A shuffled grid has every point once, in another order for another seed', () => {
    const orders = [1, 2, 3].map((shuffleSeed) => names(grid(null, { shuffleSeed }).points(0, 100)))
    for (const order of orders) expect(order.toSorted()).toEqual(names(grid(null).points(0, 100)).toSorted())
    expect(new Set(orders.map(String)).size).toBeGreaterThan(1)
  })

  it('A grid leaves out points that are not allowed and points that it already has', () => {
    const settle = ({ a, b }: ValueMap): ValueMap | undefined =>
      b === 'y' ? undefined : a === 1 ? { a } : { a: a!, b: b! }
    const thinned = grid(null, { settle, mayLackCells: true })
    expect(thinned.size).toBeNull()
    expect(thinned.points(0, 100)).toEqual([{ a: 1 }, { a: 2, b: 'x' }, { a: 2, b: 'z' }])
    expect(thinned.points(2, 1)).toEqual([{ a: 2, b: 'z' }])
    expect(thinned.points(3, 1)).toEqual([])
    expect(grid(2, { settle, mayLackCells: true }).points(0, 100)).toEqual([{ a: 1 }, { a: 2, b: 'x' }])
  })
})
