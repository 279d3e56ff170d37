import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { SeriesView } from '../../../../src/contract/charts.ts'
import { isolatedIndices, alignLines, xOfTime, smooth, toLine } from './lines.ts'

const series = (step: number[], last: (number | null)[], time = step.map((_, i) => 1000 * i)): SeriesView => ({
  run: 1,
  metric: 'm',
  step,
  last,
  min: last,
  max: last,
  time,
  startTime: time[0] ?? 0,
  points: step.length,
  nans: last.filter((value) => value === null).length,
})

describe('a line', () => {
  it('A line lies along steps, seconds since its first point, or the time of day', () => {
    const one = series([1, 2, 3], [5, 6, 7], [10_000, 11_000, 13_000])
    expect(toLine(one, 'step').x).toEqual([1, 2, 3])
    expect(toLine(one, 'relative').x).toEqual([0, 1, 3])
    expect(toLine(one, 'wall').x).toEqual([10, 11, 13])
  })

  it('A line of a restarted run is in the order of steps, and of two points at one step the later counts', () => {
    expect(toLine(series([1, 2, 3, 2, 3, 4], [1, 2, 3, 20, 30, 40]), 'step')).toMatchObject({
      x: [1, 2, 3, 4],
      y: [1, 20, 30, 40],
    })
  })
})

describe('a line along another metric', () => {
  const loss = series([0, 10, 20, 30], [4, 3, 2, 1])

  it('A point lies at the value that the metric on the x axis had by its step, or is left out without one', () => {
    const epoch = series([10, 20], [1, 2])
    expect(toLine(loss, 'm.epoch', epoch)).toMatchObject({ x: [1, 2], y: [3, 1] })
    expect(toLine(loss, 'm.epoch', series([5, 15, 25], [9, null, 7]))).toMatchObject({ x: [7, 9], y: [1, 3] })
    expect(toLine(loss, 'm.epoch')).toMatchObject({ x: [], y: [] })
  })
})

describe('the place of a time on an axis', () => {
  it('A time lies at the next point on steps, at itself on axes of time, and nowhere on a metric', () => {
    const one = series([10, 20, 30], [1, 2, 3], [5_000, 6_000, 9_000])
    expect((['step', 'relative', 'wall', 'm.x'] as const).map((axis) => xOfTime(one, 7_000, axis))).toEqual([
      30,
      2,
      7,
      undefined,
    ])
    expect(xOfTime(one, 10_000, 'step')).toBeUndefined()
  })
})

describe('smoothing', () => {
  it.each([
    [[1, 2, 3], 0, [1, 2, 3]],
    [[4, 4, 4], 0.9, [4, 4, 4]],
    [[0, 1], 0.5, [0, 2 / 3]],
    [[1, null, 3], 0.5, [1, null, (0.5 * 0.5 * 1 + 0.5 * 3) / 0.75]],
    [[null, 2], 0.6, [null, 2]],
  ])('Smoothing %j with the weight %d gives %j', (values, weight, expected) => {
    smooth(values, weight).forEach((value, i) =>
      expected[i] === null ? expect(value).toBeNull() : expect(value).toBeCloseTo(expected[i]!, 12),
    )
  })

  it('A smoothed line stays between its least and its greatest value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (values, weight) => {
          const [low, high] = [Math.min(...values), Math.max(...values)]
          for (const value of smooth(values, weight)) {
            expect(value).toBeGreaterThanOrEqual(low - 1e-6)
            expect(value).toBeLessThanOrEqual(high + 1e-6)
          }
        },
      ),
    )
  })
})

describe('lines on one axis', () => {
  it('Joined lines keep their gaps, and are spanned where only another line has a point', () => {
    const [a, b] = [toLine(series([1, 3], [10, 30]), 'step'), toLine(series([1, 2, 3], [1, null, 3]), 'step')]
    expect(alignLines([a, b])).toEqual({
      x: [1, 2, 3],
      columns: [
        [10, undefined, 30],
        [1, null, 3],
      ],
    })
  })
})

describe('values without a neighbour', () => {
  it.each([
    [
      [1, null, 2, null, 3],
      [0, 2, 4],
    ],
    [[1, 2, null, 3, undefined, 4], []],
    [
      [undefined, 1, undefined, null, undefined, 2, undefined],
      [1, 5],
    ],
    [[1], [0]],
    [[null, undefined], []],
  ] as const)('The values without a neighbour in %j are at the indices %j', (column, expected) =>
    expect(isolatedIndices(column)).toEqual(expected),
  )
})
