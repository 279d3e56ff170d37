import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { groupRows, sortGroups } from './groups.ts'

describe('groups of runs', () => {
  it('Runs with equal keys form a group, the largest group first, and runs without the key form their own', () => {
    const rows = [
      { keys: ['a'], values: [1, null] },
      { keys: ['b'], values: [5, 7] },
      { keys: ['a'], values: [3, null] },
      { keys: [null], values: [null, null] },
      { keys: ['a'], values: [null, null] },
    ]

    expect(groupRows(rows)).toEqual([
      { keys: ['a'], n: 3, values: [{ n: 2, mean: 2, sd: Math.SQRT2, min: 1, max: 3 }, null] },
      {
        keys: ['b'],
        n: 1,
        values: [
          { n: 1, mean: 5, sd: 0, min: 5, max: 5 },
          { n: 1, mean: 7, sd: 0, min: 7, max: 7 },
        ],
      },
      { keys: [null], n: 1, values: [null, null] },
    ])
  })

  it('Groups are sorted by size, key or mean, numbers as numbers, and groups without the value come last', () => {
    const groups = groupRows([
      { keys: ['10', 'b'], values: [1] },
      { keys: ['9', 'a'], values: [3] },
      { keys: ['9', 'a'], values: [5] },
      { keys: [null, 'c'], values: [null] },
    ])

    const first = (order: Parameters<typeof sortGroups>[1]) => sortGroups(groups, order).map(({ keys }) => keys[0])

    expect(first({ by: 'key', index: 0, isDescending: false })).toEqual(['9', '10', null])
    expect(first({ by: 'key', index: 0, isDescending: true })).toEqual(['10', '9', null])
    expect(first({ by: 'key', index: 1, isDescending: true })).toEqual([null, '10', '9'])
    expect(first({ by: 'column', index: 0, isDescending: true })).toEqual(['9', '10', null])
    expect(first({ by: 'column', index: 0, isDescending: false })).toEqual(['10', '9', null])
    expect(first({ by: 'n', isDescending: true })[0]).toBe('9')
    expect(sortGroups(groups, undefined)).toBe(groups)
  })

  it('The deviation of a group loses no digits where all values lie far from zero', () => {
    const values = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]
    expect(groupRows(values.map((value) => ({ keys: [], values: [value] })))[0]!.values[0]!.sd).toBeCloseTo(
      Math.sqrt(30),
      9,
    )
  })

  it('Groups contain every run once, and each mean lies between minimum and maximum', () => {
    const row = fc.record({
      keys: fc.tuple(fc.constantFrom('x', 'y', null)),
      values: fc.tuple(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }))),
    })
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const groups = groupRows(rows)
        expect(groups.reduce((sum, { n }) => sum + n, 0)).toBe(rows.length)
        for (const { values } of groups)
          if (values[0])
            expect(values[0].mean >= values[0].min - 1e-6 && values[0].mean <= values[0].max + 1e-6).toBe(true)
      }),
    )
  })
})
