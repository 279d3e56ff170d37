import { expect, it } from 'vitest'

import { toTextTable } from './text-table.ts'

it('A column is numeric if each of its cells is empty or a number', () =>
  expect(toTextTable('name,f1,epoch,note\na,0.5,1,\nb,,2,\nc,-1e3,x,\n', ',')).toEqual({
    head: ['name', 'f1', 'epoch', 'note'],
    rows: [
      ['a', '0.5', '1', ''],
      ['b', '', '2', ''],
      ['c', '-1e3', 'x', ''],
    ],
    rowCount: 3,
    isNumber: [false, true, false, false],
  }))

it('A long file is shown by its first 500 rows', () => {
  const table = toTextTable(`n\n${'1\n'.repeat(700)}`, ',')
  expect([table.rows.length, table.rowCount]).toEqual([500, 700])
})

it('An empty file has no columns', () =>
  expect(toTextTable('', ',')).toEqual({ head: [], rows: [], rowCount: 0, isNumber: [] }))
