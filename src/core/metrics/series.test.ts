import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { bucketsOf, chunksWithin, pointsWithin } from './series.ts'

const pointsOf = (steps: readonly number[]) => Float64Array.from(steps.flatMap((step, i) => [step, 1_000 * i, step]))
const stepsOf = (points: Float64Array) => [...points].filter((_, i) => i % 3 === 0)

describe('a part of a series', () => {
  it.each([
    [[0, 1, 2, 3, 4, 5], 2, 3, [1, 2, 3, 4]],
    [[0, 1, 2], -5, 9, [0, 1, 2]],
    [[0, 10, 20], 12, 15, [10, 20]],
    [[0, 1], 5, 6, []],
    [[5, 6], 1, 2, []],
    [[0, 1, 2, 1, 2, 3], 2, 2, [1, 2, 1, 2, 3]],
    [[], 0, 1, []],
  ])('of the steps %j from %d to %d is %j, with a neighbour on either side', (steps, from, to, expected) => {
    expect(stepsOf(pointsWithin(pointsOf(steps), { by: 'step', from, to }))).toEqual(expected)
  })

  it('goes by time as well', () => {
    expect(stepsOf(pointsWithin(pointsOf([7, 8, 9, 10]), { by: 'time', from: 1_500, to: 2_500 }))).toEqual([8, 9, 10])
  })

  it('is found in whole chunks, no point of it left out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: -5, max: 205 }),
        fc.nat(50),
        (count, chunks, from, length) => {
          const steps = Array.from({ length: count }, (_, i) => i)
          const buckets = bucketsOf(pointsOf(steps), chunks)
          for (const [by, scale] of [
            ['step', 1],
            ['time', 1_000],
          ] as const) {
            const { first, end } = chunksWithin(buckets, { by, from: from * scale, to: (from + length) * scale })
            const kept = buckets.slice(first, end)
            const wanted = steps.filter((step) => step >= from && step <= from + length)
            if (wanted.length === 0) continue
            expect(kept[0]!.firstStep <= wanted[0]!).toBe(true)
            expect(kept.at(-1)!.lastStep >= wanted.at(-1)!).toBe(true)
          }
        },
      ),
    )
  })
})
