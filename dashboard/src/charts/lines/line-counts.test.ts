import { describe, expect, it } from 'vitest'

import { countLines } from './line-counts.ts'

const line = (min: (number | null)[], points: number, nans = 0) => ({
  rows: { step: min.map((_, i) => i), last: min, min, max: min },
  points,
  nans,
})

describe('the counts of the lines of a panel', () => {
  it.each([
    ['no lines', [], { points: 0, buckets: 0, pointsPerBucket: 1, canLog: true }],
    ['a value for each point', [line([1, 2], 2)], { points: 2, buckets: 2, pointsPerBucket: 1, canLog: true }],
    ['values for ten points each', [line([1], 12), line([2], 8)], { points: 20, buckets: 2, pointsPerBucket: 10 }],
    ['a gap', [line([1, null], 2, 1)], { nans: 1, canLog: true }],
    ['a zero', [line([1], 1), line([0], 1)], { canLog: false }],
  ])('The counts of a panel with %s', (_, lines, counts) => {
    expect(countLines(lines)).toMatchObject({ lines: lines.length, ...counts })
  })
})
