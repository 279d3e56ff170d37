import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { cut, cutStart, table, width } from './columns.ts'
import { createPaint, escapeText, toScreen } from './screen.ts'

describe('columns of a terminal', () => {
  it.each([
    ['abc', 3],
    ['日本語', 6],
    ['ｱｲｳ', 3],
    ['한국어', 6],
    ['e\u0301', 1],
    ['か\u3099', 2],
    ['👩‍👩‍👧‍👦', 2],
    ['👍🏽', 2],
    ['🇯🇵', 2],
    ['❤\uFE0F', 2],
    ['☎\uFE0E', 1],
    ['1\uFE0F⃣', 2],
    ['a\nb', 4],
    ['a\u202Eb', 8],
    ['\uD800', 6],
    ['', 0],
  ])('counts %j as %i', (text, columns) => {
    expect(width(text)).toBe(columns)
  })

  it('does not count colours', () => {
    expect(width(createPaint(true)('red', '失敗'))).toBe(4)
  })
})

describe('a text cut to columns', () => {
  it('ends in an ellipsis, whole characters before it', () => {
    expect(cut('日本語テスト', 8)).toBe('日本語…')
    expect(cut('日本語テスト', 7)).toBe('日本語…')
    expect(cut('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3)).toBe('👩‍👩‍👧‍👦…')
    expect(cut('abc', 3)).toBe('abc')
    expect(cutStart('日本語テスト', 7)).toBe('…テスト')
  })

  it('stays coloured to its end', () => {
    expect(toScreen(cut(createPaint(true)('red', 'abcdef'), 4))).toBe('\u001b[31mabc…\u001b[0m')
  })

  it('never takes more columns than it may, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
        expect(width(cut(text, columns))).toBeLessThanOrEqual(columns)
        expect(width(cutStart(text, columns))).toBeLessThanOrEqual(columns)
      }),
    )
  })
})

describe('a table', () => {
  const long = 'x'.repeat(3000)

  it('fits the terminal: the widest cells give way', () => {
    const rows = table(
      [
        ['#', 'NAME', 'PARAMS'],
        ['1', 'first', long],
        ['2', '二番目の実行', 'lr=0.1'],
      ],
      40,
    )
    expect(rows).toEqual(['#  NAME          PARAMS', `1  first         ${'x'.repeat(22)}…`, '2  二番目の実行  lr=0.1'])
    expect(rows.map(width).every((columns) => columns <= 40)).toBe(true)
  })

  it('is not padded by one wide cell elsewhere, and shows the first cell whole', () => {
    const rows = table([
      ['PATH', 'SIZE', 'X'],
      [long, '1 B', 'a'],
      ['p', '2 B', long],
    ])
    expect(rows[0]).toBe(`PATH${' '.repeat(38)}SIZE  X`)
    expect(rows[1]).toBe(`${long}  1 B   a`)
    expect(width(rows[2]!)).toBe(40 + 2 + 4 + 2 + 200)
  })

  it('has one line a row, whatever the cells hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.option(fc.integer({ min: 16, max: 90 }), { nil: undefined }),
        (rows, columns) => {
          const lines = table(rows, columns)
          expect(lines).toHaveLength(rows.length)
          if (columns !== undefined) for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns)
        },
      ),
    )
  })
})

describe('a line on the screen', () => {
  it('holds nothing that drives the terminal, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, other) => {
        const line = toScreen(`${text}\u001b]0;title\u0007\u009b2J\r\n\t\u202e\ud800${other}`)
        expect(line).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/u,
        )
      }),
    )
  })

  it('is coloured by the program alone', () => {
    expect(toScreen(createPaint(true)('red', '\u001b[32mx'))).toBe('\u001b[31m\\u001b[32mx\u001b[0m')
    expect(toScreen(createPaint(false)('red', 'x'))).toBe('x')
  })

  it('says the same when it is JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(escapeText(JSON.stringify(text)))).toBe(text)
      }),
    )
  })
})
