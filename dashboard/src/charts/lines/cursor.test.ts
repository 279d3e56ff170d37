import { describe, expect, it, vi } from 'vitest'

import { nextIndex, readValues, valueNear } from './cursor.ts'
import type { CursorPlace } from './cursor.ts'
import type { DrawnLine } from './drawn-line.ts'

// Replaces the browser globals that the imported modules read when they are loaded.
vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  vi.stubGlobal('document', { documentElement: { lang: 'en', dataset: {} } })
})

const drawn = (key: string): DrawnLine => ({
  key,
  label: `run ${key}`,
  look: { color: '--c1', dash: [] },
  line: { x: [], y: [], low: [], high: [] },
  isGrowing: false,
  hasBand: false,
})

describe('the values at the cursor of a line chart', () => {
  it.each([
    ['a point at the cursor', [1, 2, 3], 1, 2],
    ['the last point before the cursor, as the line goes on', [1, undefined, 3], 1, 1],
    ['nothing in a gap', [1, null, 3], 1, undefined],
    ['nothing after a gap', [1, null, undefined, 3], 2, undefined],
    ['nothing after the end of the line', [1, 2, undefined], 2, undefined],
    ['nothing before the first point', [undefined, 2], 0, undefined],
  ] as const)('A line shows %s', (_, column, at, value) => {
    expect(valueNear(column, at)).toBe(value)
  })

  const place = (patch: Partial<CursorPlace> = {}): CursorPlace => ({
    index: 1,
    left: 10,
    top: 2,
    areaLeft: 52,
    areaWidth: 100,
    yRange: [0, 10],
    toY: (value) => value,
    ...patch,
  })

  it('The values are ordered by size, and the line nearest to the cursor is named', () => {
    const lines = ['a', 'b', 'c'].map(drawn)
    const columns = [
      [0, 1],
      [0, 1],
      [0, 3],
      [0, null],
    ]
    const readout = readValues(place({ top: 1.5 }), { lines, columns, firstColumn: 1, axis: 'step' })

    expect(readout).toMatchObject({ x: '1', left: 62, isRight: false, nearest: 'a' })
    expect(readout.rows.map(({ key }) => key)).toEqual(['b', 'a'])
  })

  it('At most six values are shown: those of the lines nearest to the cursor', () => {
    const lines = Array.from({ length: 9 }, (_, i) => drawn(String(i)))
    const columns = [[0, 1], ...lines.map((_, i) => [0, i])]
    const { rows } = readValues(place({ top: 8 }), { lines, columns, firstColumn: 1, axis: 'step' })
    expect(rows.map(({ key }) => key)).toEqual(['8', '7', '6', '5', '4', '3'])
  })

  it('The values are shown to the left of a cursor in the right half', () => {
    const plot = { lines: [], columns: [[0, 1]], firstColumn: 1, axis: 'step' } as const
    expect(readValues(place({ left: 51 }), plot)).toMatchObject({ isRight: true, nearest: undefined, rows: [] })
  })

  it.each([
    ['ArrowRight', 1, 2],
    ['ArrowRight', 4, 4],
    ['ArrowRight', undefined, 0],
    ['ArrowLeft', 1, 0],
    ['ArrowLeft', 0, 0],
    ['ArrowLeft', undefined, 4],
    ['Home', 1, undefined],
  ])('The key %s moves the cursor from %s to %s of five points', (key, at, next) => {
    expect(nextIndex(key, at, 5)).toBe(next)
  })
})
