import { describe, expect, it } from 'vitest'

import type { Trial } from '../trials.ts'
import type { AttemptBar } from './attempt-bars.ts'
import { busyShare, timelineLayoutOf } from './timeline-layout.ts'

const bar = (start: number, end: number): AttemptBar => ({
  trial: { index: start } as Trial,
  n: 1,
  start,
  end,
  kind: 'finished',
})

describe('the layout of a timeline', () => {
  const rows = { lanes: [{ items: [bar(0, 500), bar(600, 601)] }, { items: [bar(0, 1_000)] }], start: 0, end: 1_000 }
  const layout = timelineLayoutOf(rows, { width: 1_056, height: 200 })

  it('Times lie between the numbers of the rows and the right edge, and rows are at most 26 px high', () => {
    expect([layout.toX(0), layout.toX(500), layout.toX(1_000)]).toEqual([40, 540, 1_040])
    expect([layout.laneHeight, layout.bottom]).toEqual([26, 56])
  })

  it('A short attempt is at least 2 px wide', () => {
    expect(layout.boxOf(rows.lanes[0]!.items[0]!, 0)).toEqual({ left: 40, right: 539, top: 6, height: 22 })
    expect(layout.boxOf(rows.lanes[0]!.items[1]!, 0)).toMatchObject({ left: 640, right: 642 })
  })

  it.each([
    ['on an attempt', 100, 10, 0],
    ['beside a short attempt', 643, 10, 600],
    ['between two attempts', 600, 10, undefined],
    ['on the second row', 600, 40, 0],
    ['below the rows', 100, 150, undefined],
  ])('The pointer is %s', (_, x, y, start) => {
    expect(layout.barAt(x, y)?.start).toBe(start)
  })

  it.each([
    [10_000, 1],
    [120_000, 15],
    [3_600_000, 600],
    [1e12, 86_400],
  ])('A timeline of %d ms has a tick every %d s', (end, seconds) => {
    expect(timelineLayoutOf({ lanes: [], start: 0, end }, { width: 900, height: 200 }).tickSeconds).toBe(seconds)
  })

  it('The rows are busy for the share of their time that attempts take', () => {
    expect(
      busyShare(
        rows.lanes.flatMap(({ items }) => items),
        rows,
      ),
    ).toBeCloseTo(0.7505)
    expect(busyShare([], { lanes: [], start: Infinity, end: -Infinity })).toBeNaN()
  })
})
