import { describe, expect, it } from 'vitest'

import type { AxisView } from '../../../../src/contract/charts.ts'
import type { Trial, TrialSet } from '../trials.ts'
import { GRID, toContourPoints, toContourShapes } from './contour-points.ts'

const axis = (name: string): AxisView => ({
  name,
  scale: 'linear',
  low: 0,
  high: 1,
  categories: [],
  isConditional: false,
})

const setOf = (...trials: (readonly [unknown, unknown, number | null])[]) =>
  ({
    trials: trials.map(([x, y, value], index) => ({ index, params: { x, y }, value }) as unknown as Trial),
    scale: { low: 0, high: 10, isLog: false },
  }) as unknown as TrialSet

describe('the surface between trials', () => {
  it('Trials without a value of the objective or of a parameter are left out', () => {
    const { points } = toContourPoints(axis('x'), axis('y'), setOf([0, 0, 1], [0, null, 2], [0, 1, null], [1, 1, 3]))
    expect(points.map(({ trial }) => trial.index)).toEqual([0, 3])
    expect(points[1]).toMatchObject({ x: 1, y: 1, value: 3 })
  })

  it('The shapes are ordered by their level and lie within the grid', () => {
    const set = setOf([0, 0, 0], [1, 1, 10])
    const shapes = toContourShapes(toContourPoints(axis('x'), axis('y'), set), set)
    expect(shapes.map(({ value }) => value)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])

    const corners = shapes.flatMap(({ coordinates }) => coordinates.flat(2))
    expect(corners.every(([column, row]) => column! >= 0 && column! <= GRID && row! >= 0 && row! <= GRID)).toBe(true)
  })

  it('Without trials there are no shapes', () => {
    expect(toContourShapes(toContourPoints(axis('x'), axis('y'), setOf()), setOf())).toEqual([])
  })
})
