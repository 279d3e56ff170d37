import { describe, expect, it } from 'vitest'

import { firstRawColumn, firstTopColumn, toColumns, widenSinglePoint } from './plot-columns.ts'
import type { DrawnLine } from './drawn-line.ts'

const drawn = (key: string, y: readonly number[], hasBand = false): DrawnLine => ({
  key,
  label: key,
  look: { color: '--c1', dash: [] },
  line: { x: y.map((_, i) => i), y, low: y.map((value) => value - 1), high: y.map((value) => value + 1) },
  isGrowing: false,
  hasBand,
})

describe('the columns of a line chart', () => {
  it('Bands come before raw lines, and smoothed lines come last', () => {
    const lines = [drawn('a', [1, 2], true), drawn('b', [5, 7])]
    expect(toColumns(lines, 0)).toEqual([
      [0, 1],
      [0, 1],
      [2, 3],
      [1, 2],
      [5, 7],
    ])
    expect([firstRawColumn(lines), firstTopColumn(lines, 0), firstTopColumn(lines, 0.5)]).toEqual([3, 3, 5])

    const smoothed = toColumns(lines, 0.5)
    expect(smoothed).toHaveLength(7)
    expect(smoothed[firstTopColumn(lines, 0.5)]![0]).toBe(1)
  })

  it('The range of a single point is widened by half a unit to both sides', () => {
    expect(widenSinglePoint([7], [7, 7])).toEqual([6.5, 7.5])
    expect(widenSinglePoint([7, 9], [7, 9])).toEqual([7, 9])
  })
})
