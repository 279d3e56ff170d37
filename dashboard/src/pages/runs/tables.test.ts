import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Trial } from '../../charts/trials.ts'
import { diffFiles } from '../compare/changed-files.ts'
import { toRows, areEqual } from '../compare/compare-rows.ts'
import { indentJson } from '../run/indent-json.ts'
import { parseTable } from '../run/parse-table.ts'
import { readTrialSort, sortTrials, writeTrialSort } from '../sweep/sort-trials.ts'

describe('a separated text', () => {
  it.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['"a,1","b ""q""","two\nlines"\n', [['a,1', 'b "q"', 'two\nlines']]],
    ['a,,c\n', [['a', '', 'c']]],
    ['', []],
  ])('The text %j is split into rows and cells', (text, expected) => expect(parseTable(text, ',')).toEqual(expected))
})

describe('an indented document', () => {
  it.each([
    [
      '{"a":12345678901234567890,"b":[1.0,{}],"c":[]}',
      '{\n  "a": 12345678901234567890,\n  "b": [\n    1.0,\n    {}\n  ],\n  "c": []\n}',
    ],
    ['{"a, b": "{\\"x\\": [1]}"}', '{\n  "a, b": "{\\"x\\": [1]}"\n}'],
    [' [ 1e400 , -0.50 , null ] ', '[\n  1e400,\n  -0.50,\n  null\n]'],
    ['{"a": NaN}', '{"a": NaN}'],
    ['"text"', '"text"'],
    ['{"half":', '{"half":'],
  ])('The text %s is indented where it is JSON', (text, expected) => expect(indentJson(text)).toBe(expected))

  it('Indented JSON is what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, 4), (value, space) => {
        expect(indentJson(JSON.stringify(value, null, space))).toBe(JSON.stringify(value, null, 2))
      }),
    )
  })
})

describe('a comparison', () => {
  it('A comparison has a row for each fact of any run, and finds the rows of equal values', () => {
    const rows = toRows([{ a: 1, b: 'x', n: null }, { a: 1 }, { a: 1, c: [1] }])
    expect(rows).toEqual([
      { name: 'a', values: [1, 1, 1] },
      { name: 'b', values: ['x', undefined, undefined] },
      { name: 'c', values: [undefined, undefined, [1]] },
    ])
    expect(rows.map(({ values }) => areEqual(values))).toEqual([true, false, false])
  })
})

describe('an order of trials', () => {
  const trial = (index: number, value: number | null, kind?: string): Trial =>
    ({ index, value, params: { kind }, startedAt: 0, endedAt: value }) as unknown as Trial
  const trials = [trial(0, 3, 'b'), trial(1, null), trial(2, 1, 'a'), trial(3, 3, 'a')]
  it.each([
    ['value', false, [2, 0, 3, 1]],
    ['value', true, [0, 3, 2, 1]],
    ['index', true, [3, 2, 1, 0]],
    ['p.kind', false, [2, 3, 0, 1]],
    ['p.kind', true, [0, 2, 3, 1]],
    ['seconds', false, [2, 0, 3, 1]],
  ] as const)('Trials are sorted by %s, descending: %s', (key, isDescending, expected) =>
    expect(sortTrials(trials, { key, isDescending }).map(({ index }) => index)).toEqual(expected),
  )

  it.each(['index', 'value', 'seconds', 'p.lr', 'p.-a,b~c'] as const)(
    'An order by %s that is written to the address is read back unchanged',
    (key) => {
      for (const isDescending of [false, true]) {
        const { by } = writeTrialSort({ key, isDescending })
        expect(readTrialSort(new URLSearchParams(by === null ? {} : { by: by! }))).toEqual({ key, isDescending })
      }
    },
  )

  it.each(['', '-', 'p.', 'phase', '--value'])('The order %j in the address is read as the order by index', (by) =>
    expect(readTrialSort(new URLSearchParams({ by }))).toEqual({ key: 'index', isDescending: false }),
  )
})

it('The changed files are those that were added, removed or changed between two versions of a folder', () => {
  const file = (path: string, sha256: string, sizeBytes = 1) => ({ path, sha256, sizeBytes })
  expect(
    diffFiles([file('a', '1'), file('b', '2'), file('c', '3', 9)], [file('a', '1'), file('c', '4', 5), file('d', '2')]),
  ).toEqual([
    { path: 'b', change: 'removed', before: '2', after: null, sizeBytes: 1 },
    { path: 'c', change: 'changed', before: '3', after: '4', sizeBytes: 9 },
    { path: 'd', change: 'added', before: null, after: '2', sizeBytes: 1 },
  ])
})
