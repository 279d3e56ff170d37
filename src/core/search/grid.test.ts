import { describe, expect, it } from 'vitest'

import type { SearchSpace } from '../../contract/search-space.ts'
import { createGrid } from './grid.ts'

const space: SearchSpace = [
  { name: 'a', kind: 'values', values: [1, 2] },
  { name: 'b', kind: 'values', values: ['x', 'y', 'z'] },
]

describe('createGrid', () => {
  it('walks the product in the order of the document, last axis fastest', () => {
    const points = createGrid(space, null).suggest(0, 100)
    expect(points.map(({ a, b }) => `${String(a)}${String(b)}`)).toEqual(['1x', '1y', '1z', '2x', '2y', '2z'])
  })

  it('keeps the first points of a budget and never more than the space has', () => {
    expect(createGrid(space, 4).size).toBe(4)
    expect(createGrid(space, 4).suggest(0, 100)).toEqual(createGrid(space, null).suggest(0, 4))
    expect(createGrid(space, 10).size).toBe(6)
    expect(createGrid([{ name: 'a', kind: 'values', values: [1, 2, 3] }], 10).suggest(0, 50)).toHaveLength(3)
  })

  it('gives the same point whatever part is asked for, and none after the end', () => {
    const grid = createGrid(space, null)
    expect([...grid.suggest(0, 2), ...grid.suggest(2, 3), ...grid.suggest(5, 9)]).toEqual(grid.suggest(0, 6))
    expect(grid.suggest(6, 1)).toEqual([])
    expect(grid.suggest(100, 1)).toEqual([])
  })
})
