import { describe, expect, it } from 'vitest'

import {
  continuesAtRung,
  hyperbandBrackets,
  ashaResources,
  promotionsDue,
  rank,
  rungsBelow,
  selectPromoted,
} from './rungs.ts'
import type { RungResult } from './rungs.ts'

const settings = (max: number, eta: number, { min = 1, isWhole = false } = {}) => ({ max, min, eta, isWhole })

describe('the number of rungs', () => {
  it.each([
    [81, 3, 4],
    [243, 3, 5],
    [59_049, 3, 10],
    [1000, 10, 3],
    [1e6, 10, 6],
    [10, 3, 2],
    [27, 3, 3],
    [16, 2, 4],
    [64, 4, 3],
    [100, 3, 4],
    [1, 3, 0],
    [2, 3, 0],
    [3, 3, 1],
    [1.5 ** 7, 1.5, 7],
  ])('A maximum of %d with a factor of %d has %d rungs above the lowest', (max, eta, expected) =>
    expect(rungsBelow(settings(max, eta))).toBe(expected),
  )

  it('The number of rungs depends on the smallest amount', () => {
    expect(rungsBelow(settings(81, 3, { min: 3 }))).toBe(3)
    expect(rungsBelow(settings(81, 3, { min: 4 }))).toBe(2)
  })
})

describe('brackets of Hyperband', () => {
  it.each([
    [9, 3, [9, 5, 3], [27, 24, 27]],
    [10, 3, [9, 5, 3], [30, 26.67, 30]],
    [16, 2, [16, 10, 7, 5, 5], [80, 72, 68, 72, 80]],
    [27, 3, [27, 12, 6, 4], [108, 99, 108, 108]],
    [64, 4, [64, 22, 8, 4], [256, 232, 256, 256]],
    [81, 3, [81, 34, 15, 8, 5], [405, 363, 351, 378, 405]],
    [100, 3, [81, 34, 15, 8, 5], [500, 448.1, 433.3, 466.7, 500]],
    [243, 3, [243, 98, 41, 18, 9, 6], [1458, 1338, 1287, 1458, 1458, 1458]],
  ] as const)(
    'A maximum of %d with a factor of %d has the brackets of Hyperband that are listed',
    (max, eta, trials, units) => {
      const brackets = hyperbandBrackets(settings(max, eta))
      expect(brackets.map((bracket) => bracket.trials)).toEqual(trials)
      brackets.forEach((bracket, i) => {
        const spent = bracket.resources.reduce(
          (sum, amount, rung) => sum + amount * Math.floor(bracket.trials / eta ** rung + 1e-9),
          0,
        )
        expect(Math.abs(spent - units[i]!)).toBeLessThan(0.06)
      })
    },
  )

  it('The brackets of Hyperband have the rungs of the paper', () => {
    expect(hyperbandBrackets(settings(81, 3, { isWhole: true })).map(({ resources }) => resources)).toEqual([
      [1, 3, 9, 27, 81],
      [3, 9, 27, 81],
      [9, 27, 81],
      [27, 81],
      [81],
    ])
    expect(hyperbandBrackets(settings(1000, 10)).map(({ trials }) => trials)).toEqual([1000, 134, 20, 4])
  })

  it('Integer amounts of Hyperband are rounded to the nearest, at least 1, and end exactly at the maximum', () => {
    const [daring] = hyperbandBrackets(settings(10, 3, { isWhole: true }))
    expect(daring!.resources).toEqual([1, 3, 10])
    const fine = hyperbandBrackets(settings(10, 3))[0]!.resources
    expect(fine.map((amount) => Math.round(amount * 100) / 100)).toEqual([1.11, 3.33, 10])

    for (const max of [7, 10, 100, 1.5])
      for (const { resources } of hyperbandBrackets(settings(max, 3))) expect(resources.at(-1)).toBe(max)
  })
})

describe('the ladder of ASHA', () => {
  it.each([
    [settings(81, 3), [1, 3, 9, 27, 81]],
    [settings(100, 3), [1, 3, 9, 27, 81, 100]],
    [settings(10, 3, { isWhole: true }), [1, 3, 9, 10]],
    [settings(27, 3, { min: 3 }), [3, 9, 27]],
    [settings(1, 3), [1]],
    [settings(1, 10, { min: 0.01 }), [0.01, 0.1, 1]],
  ])('The ladder of ASHA for %o is %o', (given, expected) => {
    const amounts = ashaResources(given)
    expect(amounts).toHaveLength(expected.length)
    amounts.forEach((amount, rung) => expect(amount).toBeCloseTo(expected[rung]!, 12))
    expect(amounts.at(-1)).toBe(given.max)
  })
})

describe('a rung', () => {
  const of = (...values: number[]): RungResult[] => values.map((value, trial) => ({ trial, value }))

  it('A rung is ranked by value, then by index, with NaN like Infinity', () => {
    expect(rank(of(2, Number.NaN, 1, 2, Infinity, -Infinity)).map(({ trial }) => trial)).toEqual([5, 2, 0, 3, 1, 4])
  })

  it.each([
    [of(5, 4, 3, 2, 1), 3, [4]],
    [of(5, 4, 3, 2, 1, 0), 3, [5, 4]],
    [of(5, 4), 3, [1]],
    [[], 3, []],
    [of(1, 1, 1), 3, [0]],
    [of(1, Number.NaN, Number.NaN, Number.NaN), 2, [0]],
    [of(Number.NaN, Infinity, Number.NaN), 3, []],
    [of(3, 2, 1, 4, 5), 2.5, [2, 1]],
  ])('A rung with %o promotes one in %d: %o', (results, eta, expected) =>
    expect(selectPromoted(results, eta)).toEqual(expected),
  )
})

describe('ASHA', () => {
  it('ASHA promotes as results arrive, and in the end more than one in three', () => {
    const arrived: RungResult[] = []
    const gone = new Set<number>()
    const promoted = [5, 4, 3, 2, 1].map((value, trial) => {
      arrived.push({ trial, value })
      const [next] = promotionsDue([arrived, []], 3, (candidate) => !gone.has(candidate))
      if (next) gone.add(next.trial)
      return next && [arrived[next.trial]!.value, next.rung]
    })
    expect(promoted).toEqual([undefined, undefined, [3, 1], [2, 1], [1, 1]])
  })

  it('ASHA promotes from the highest rung first, and never from the last', () => {
    const rung = (...trials: number[]) => trials.map((trial) => ({ trial, value: trial }))
    const results = [rung(0, 1, 2, 3, 4, 5), rung(0, 1, 2), rung(0, 1, 2)]
    expect(promotionsDue(results, 3, () => true)).toEqual([
      { trial: 0, rung: 2 },
      { trial: 0, rung: 1 },
      { trial: 1, rung: 1 },
    ])
    expect(promotionsDue(results, 3, (trial, rung) => rung === 0 && trial === 1)).toEqual([{ trial: 1, rung: 1 }])
  })

  it('The stopping form of ASHA continues the first trial, and later those among the best third', () => {
    const arrivals = (...values: number[]) =>
      values.map((_, last) =>
        continuesAtRung(
          values.slice(0, last + 1).map((value, trial) => ({ trial, value })),
          last,
          3,
        ),
      )
    expect(arrivals(1, 2, 3)).toEqual([true, false, false])
    expect(arrivals(3, 2, 1)).toEqual([true, true, true])
    expect(arrivals(5, 4, 3, 6, 5, 3.5)).toEqual([true, true, true, false, false, true])
    expect(arrivals(Number.NaN, 2, Number.NaN)).toEqual([false, true, false])
  })
})
