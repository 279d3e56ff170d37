import { describe, expect, it } from 'vitest'

import type { Trial } from '../trials.ts'
import { layoutOf } from './parallel-layout.ts'
import { heightOn, lineAt } from './trial-lines.ts'
import type { TrialLine } from './trial-lines.ts'

const layout = layoutOf(3, { width: 312, height: 168 })
const line = (index: number, fractions: readonly (number | undefined)[]): TrialLine => ({
  trial: { index } as Trial,
  quality: 0,
  fractions,
})

describe('the layout of parallel axes', () => {
  it('The axes are at equal distances, and fractions count from the bottom', () => {
    expect([0, 1, 2].map(layout.toX)).toEqual([56, 156, 256])
    expect([0, 0.5, 1].map(layout.toY)).toEqual([134, 84, 34])
    expect([200, 134, 84, 34, 0].map(layout.toFraction)).toEqual([0, 0, 0.5, 1, 1])
  })

  it('A single axis is in the middle', () => {
    expect(layoutOf(1, { width: 300, height: 168 }).toX(0)).toBe(150)
  })

  it.each([
    [60, 80, { axis: 0, isOn: true, isName: false }],
    [100, 80, { axis: 0, isOn: false, isName: false }],
    [110, 80, { axis: 1, isOn: false, isName: false }],
    [110, 20, { axis: 1, isOn: true, isName: true }],
    [300, 80, { axis: 2, isOn: false, isName: false }],
  ])('The place %d, %d is near an axis', (x, y, near) => {
    expect(layout.axisNear(x, y)).toEqual(near)
  })
})

describe('the lines of trials', () => {
  it('A line without a value passes below the axis, and lines of one category are shifted by at most 5 px', () => {
    const one = line(7, [0.5, undefined, 1])
    expect(heightOn(one, 0, { kind: 'number', layout })).toBe(84)
    expect(heightOn(one, 1, { kind: 'number', layout })).toBe(layout.noneY)

    const shifted = Array.from({ length: 50 }, (_, i) => heightOn(line(i, [0.5]), 0, { kind: 'category', layout }))
    expect(new Set(shifted).size).toBeGreaterThan(40)
    expect(shifted.every((y) => Math.abs(y - 84) <= 5)).toBe(true)
  })

  const lines = [line(0, [0, 1, 0]), line(1, [1, 1, 1]), line(2, [0, undefined, 0])]

  it.each([
    ['between two axes', [106, 84], 0],
    ['within 6 px', [106, 38], 1],
    ['on a line to a missing value', [106, 142], 2],
    ['of two lines at one place the later', [156, 34], 1],
  ] as const)('The pointer is on a line: %s', (_, place, index) => {
    expect(lineAt(place, lines, 3, layout)?.trial.index).toBe(index)
  })

  it.each([
    ['far from all lines', [106, 60]],
    ['to the left of the first axis', [20, 134]],
    ['to the right of the last axis', [290, 134]],
  ] as const)('The pointer is on no line: %s', (_, place) => {
    expect(lineAt(place, lines, 3, layout)).toBeUndefined()
  })
})
