import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { columnsInSight, LAST_COLUMNS, layOut, moveColumn, pinsTemplate, rowTemplate } from './table-layout.ts'

const columns = Array.from({ length: 500 }, (_, i) => (i % 2 === 0 ? `p.p${i}` : `m.m${i}.last`))

describe('the layout of a run list', () => {
  it('Pinned columns stand beside the name, and each column has the width that a person chose', () => {
    const layout = layOut(['p.a', 'm.b.last', 'p.c'], { pinned: ['p.c', 'p.gone'], widths: { 'p.c': 60, name: 300 } })
    expect(layout.pinned).toEqual([{ column: 'p.c', width: 60 }])
    expect(layout.moving.map(({ column }) => column)).toEqual(['p.a', 'm.b.last', ...LAST_COLUMNS])
    expect(layout.width).toBe(40 + 28 + 300 + 60 + 104 + 128 + 92 + 92)
    expect(rowTemplate(layout)).toBe('minmax(428px, 1fr) 104px 128px 92px 92px')
    expect(pinsTemplate(layout)).toBe('40px 28px minmax(300px, 1fr) 60px')
  })

  it('A table that fits into its window draws all columns', () => {
    const layout = layOut(['p.a', 'p.b'], { pinned: [], widths: {} })
    expect(columnsInSight(layout, { left: 0, width: 2_000 })).toEqual([0, 3])
    expect(columnsInSight(layout, { left: 0, width: 0 })).toEqual([0, 3])
  })

  it('A table with many columns draws all columns in sight and few more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 400, max: 3_000 }),
        fc.float({ min: 0, max: 1, noNaN: true }),
        fc.subarray(columns.slice(0, 8), { maxLength: 2 }),
        (width, part, pinned) => {
          const layout = layOut(columns, { pinned, widths: { 'p.p4': 300, 'm.m101.last': 60 } })
          const left = part * (layout.width - width)
          const [first, last] = columnsInSight(layout, { left, width })
          const room = width - (layout.width - layout.moving.reduce((total, one) => total + one.width, 0))
          let at = 0
          layout.moving.forEach((one, i) => {
            const isSeen = at < left + room && at + one.width > left
            if (isSeen) expect(i >= first && i <= last).toBe(true)
            at += one.width
          })
          expect(last - first).toBeLessThan(Math.max(0, room) / 60 + 6)
        },
      ),
    )
  })

  it('A column is moved to the place of another column', () => {
    expect(moveColumn(['a', 'b', 'c'], 'a', 'c')).toEqual(['b', 'c', 'a'])
    expect(moveColumn(['a', 'b', 'c'], 'c', 'a')).toEqual(['c', 'a', 'b'])
    expect(moveColumn(['a', 'b'], 'a', 'nowhere')).toEqual(['a', 'b'])
    expect(moveColumn(['a', 'b'], 'nowhere', 'a')).toEqual(['a', 'b'])
  })
})
