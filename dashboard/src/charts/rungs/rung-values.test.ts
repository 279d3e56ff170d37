import { describe, expect, it } from 'vitest'

import type { TrialsView } from '../../../../src/contract/charts.ts'
import { qualityAt, rungsLayoutOf, toRungValues } from './rung-values.ts'

const view = (reached: readonly (readonly [number, number, number | null])[]) =>
  ({
    rungs: { amounts: [1, 3, 9] },
    reached: reached.map(([index, rung, value]) => ({ index, rung, value })),
  }) as unknown as Pick<TrialsView, 'rungs' | 'reached'>

describe('the values at rungs', () => {
  const reached = view([
    [0, 0, 5],
    [0, 1, 4],
    [1, 0, 7],
    [1, 1, 6],
    [1, 2, 3],
    [2, 0, 9],
    [3, 0, null],
  ])

  it('A rung counts the trials with a value at this rung', () => {
    expect(toRungValues(reached, false).counts).toEqual([3, 2, 1])
    expect([...toRungValues(reached, false).byTrial.keys()]).toEqual([0, 1, 2])
  })

  it('The cut of a rung is the worst value with which a trial went on', () => {
    expect(toRungValues(reached, false).cuts).toEqual([7, 6, undefined])
    expect(toRungValues(reached, true).cuts).toEqual([5, 6, undefined])
  })

  it.each([
    [0, false, 1],
    [10, false, 0],
    [20, false, 0],
    [5, true, 0.5],
  ])('The value %d has its quality, maximized: %s', (value, isMaximized, quality) => {
    expect(qualityAt({ low: 0, high: 10, isLog: false }, value, isMaximized)).toBe(quality)
  })

  it('Rungs are at equal distances, and trials are shifted by at most 20 px', () => {
    const layout = rungsLayoutOf(toRungValues(reached, false), { width: 302, height: 200 })
    expect([0, 1, 2].map(layout.toX)).toEqual([62, 162, 262])

    const shifts = Array.from({ length: 100 }, (_, i) => layout.placeOf(i, 0, 5)[0] - 62)
    expect(Math.max(...shifts.map(Math.abs))).toBeLessThanOrEqual(20)
    expect(new Set(shifts).size).toBeGreaterThan(30)
  })
})
