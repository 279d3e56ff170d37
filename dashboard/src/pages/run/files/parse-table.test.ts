import { describe, expect, it } from 'vitest'

import { parseTable } from './parse-table.ts'

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
