import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  toBuckets,
  findChunksWithin,
  EMPTY_SUMMARY,
  packSummary,
  selectPointsWithin,
  summarize,
  unpackSummary,
} from './series.ts'

const pointsOf = (steps: readonly number[]) => Float64Array.from(steps.flatMap((step, i) => [step, 1_000 * i, step]))
const stepsOf = (points: Float64Array) => [...points].filter((_, i) => i % 3 === 0)

/** A point in the order of arrival: attempt, writer, time, step, value. */
type Arrival = readonly [attempt: number, writer: number, time: number, step: number, value: number]

describe('the last value of a series', () => {
  it.each<[string, readonly Arrival[], number]>([
    [
      'of one writer is the last it wrote',
      [
        [1, 7, 10, 0, 5],
        [1, 7, 20, 1, 6],
      ],
      6,
    ],
    [
      'of one writer is the last it wrote, whatever its clock says',
      [
        [1, 7, 10, 0, 5],
        [1, 7, 4, 1, 6],
      ],
      6,
    ],
    [
      'of one writer is the last it wrote, though its steps begin again',
      [
        [1, 7, 10, 9, 5],
        [1, 7, 20, 0, 6],
      ],
      6,
    ],
    [
      'is that of the last attempt',
      [
        [1, 7, 10, 9, 5],
        [2, 8, 20, 0, 6],
      ],
      6,
    ],
    [
      'is that of the last attempt when an earlier one arrives late',
      [
        [2, 8, 20, 0, 6],
        [1, 7, 10, 9, 5],
      ],
      6,
    ],
    [
      'is that of the last attempt when an earlier one arrives late with a later clock',
      [
        [2, 8, 20, 0, 6],
        [1, 7, 99, 9, 5],
      ],
      6,
    ],
    [
      'is that of the last attempt when records of two arrive in turns',
      [
        [1, 7, 1, 0, 1],
        [2, 8, 5, 0, 6],
        [1, 7, 2, 1, 2],
        [1, 7, 3, 2, 3],
      ],
      6,
    ],
    [
      'of two writers is the one that was written later',
      [
        [1, 7, 20, 0, 5],
        [1, 8, 10, 9, 6],
      ],
      5,
    ],
    [
      'of two writers is the one that was written later, step or not',
      [
        [1, 7, 20, 9, 5],
        [1, 8, 21, 0, 6],
      ],
      6,
    ],
    [
      'of two writers at one time is that of the higher step',
      [
        [1, 7, 20, 9, 5],
        [1, 8, 20, 8, 6],
      ],
      5,
    ],
    [
      'is not a number where the last attempt says so',
      [
        [1, 7, 1, 0, 5],
        [2, 8, 2, 0, NaN],
      ],
      NaN,
    ],
  ])('The last value of a series %s', (_, arrivals, expected) => {
    const add = (summary: typeof EMPTY_SUMMARY, [attempt, writer, time, step, value]: Arrival) =>
      unpackSummary(packSummary(summarize(summary, Float64Array.of(step, time, value), { attempt, writer })))

    const { last, count } = arrivals.reduce(add, EMPTY_SUMMARY)
    expect([last, count]).toEqual([expected, arrivals.length])
  })

  it("A batch gives the last value of a series if one of its points is later than the other writer's", () => {
    const other = summarize(EMPTY_SUMMARY, Float64Array.of(0, 15, 1), { attempt: 1, writer: 7 })

    expect(summarize(other, Float64Array.of(0, 10, 2, 1, 20, 3, 2, 18, 4), { attempt: 1, writer: 8 })).toMatchObject({
      last: 4,
      lastStep: 2,
      max: 4,
      count: 4,
    })

    expect(summarize(other, Float64Array.of(0, 10, 2, 1, 14, 3), { attempt: 1, writer: 8 })).toMatchObject({
      last: 1,
      lastTime: 15,
      max: 3,
      count: 3,
    })
  })

  it('A last value stored by an older version is replaced by the next point that arrives', () => {
    const old = unpackSummary(
      packSummary(summarize(EMPTY_SUMMARY, Float64Array.of(0, 15, 1), { attempt: 3, writer: 7 })).slice(0, 11 * 8),
    )
    expect(summarize(old, Float64Array.of(0, 10, 2), { attempt: 1, writer: 8 }).last).toBe(2)
  })
})

describe('a part of a series', () => {
  it.each([
    [[0, 1, 2, 3, 4, 5], 2, 3, [1, 2, 3, 4]],
    [[0, 1, 2], -5, 9, [0, 1, 2]],
    [[0, 10, 20], 12, 15, [10, 20]],
    [[0, 1], 5, 6, []],
    [[5, 6], 1, 2, []],
    [[0, 1, 2, 1, 2, 3], 2, 2, [1, 2, 1, 2, 3]],
    [[], 0, 1, []],
  ])('The part of the steps %j from %d to %d is %j, with a neighbour on either side', (steps, from, to, expected) => {
    expect(stepsOf(selectPointsWithin(pointsOf(steps), { by: 'step', from, to }))).toEqual(expected)
  })

  it('A part of a series can be selected by time', () => {
    expect(stepsOf(selectPointsWithin(pointsOf([7, 8, 9, 10]), { by: 'time', from: 1_500, to: 2_500 }))).toEqual([
      8, 9, 10,
    ])
  })

  it('Whole chunks selected by a span contain all points of the span', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: -5, max: 205 }),
        fc.nat(50),
        (count, chunks, from, length) => {
          const steps = Array.from({ length: count }, (_, i) => i)
          const buckets = toBuckets(pointsOf(steps), chunks)

          for (const [by, scale] of [
            ['step', 1],
            ['time', 1_000],
          ] as const) {
            const { first, end } = findChunksWithin(buckets, { by, from: from * scale, to: (from + length) * scale })
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
