import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { cutEnd, cutStart, formatTable, textWidth } from './format-table.ts'
import { createPaint, escapeText, toTerminalLine } from './screen.ts'

describe('width', () => {
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
  ])('The text %j takes %i columns', (text, columns) => {
    expect(textWidth(text)).toBe(columns)
  })

  it('Colours take no columns', () => {
    expect(textWidth(createPaint(true)('red', '失敗'))).toBe(4)
  })
})

describe('cut and cutStart', () => {
  it('A text that is too long is cut between characters and gets an ellipsis', () => {
    expect(cutEnd('日本語テスト', 8)).toBe('日本語…')
    expect(cutEnd('日本語テスト', 7)).toBe('日本語…')
    expect(cutEnd('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3)).toBe('👩‍👩‍👧‍👦…')
    expect(cutEnd('abc', 3)).toBe('abc')
    expect(cutStart('日本語テスト', 7)).toBe('…テスト')
  })

  it('A cut text keeps its colour up to the ellipsis', () => {
    expect(toTerminalLine(cutEnd(createPaint(true)('red', 'abcdef'), 4))).toBe('\u001b[31mabc…\u001b[0m')
  })

  it('A cut text never takes more columns than allowed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
        expect(textWidth(cutEnd(text, columns))).toBeLessThanOrEqual(columns)
        expect(textWidth(cutStart(text, columns))).toBeLessThanOrEqual(columns)
      }),
    )
  })
})

describe('table', () => {
  const long = 'x'.repeat(3000)

  it('A table fits the terminal by cutting its widest cells', () => {
    const rows = formatTable(
      [
        ['#', 'NAME', 'PARAMS'],
        ['1', 'first', long],
        ['2', '二番目の実行', 'lr=0.1'],
      ],
      40,
    )

    expect(rows).toEqual(['#  NAME          PARAMS', `1  first         ${'x'.repeat(22)}…`, '2  二番目の実行  lr=0.1'])
    expect(rows.map(textWidth).every((columns) => columns <= 40)).toBe(true)
  })

  it('Outside a terminal a table shows the first cell whole and does not pad other rows to the width of a wide cell', () => {
    const rows = formatTable([
      ['PATH', 'SIZE', 'X'],
      [long, '1 B', 'a'],
      ['p', '2 B', long],
    ])

    expect(rows[0]).toBe(`PATH${' '.repeat(38)}SIZE  X`)
    expect(rows[1]).toBe(`${long}  1 B   a`)
    expect(textWidth(rows[2]!)).toBe(40 + 2 + 4 + 2 + 200)
  })

  it('A table has one line per row, whatever characters its cells contain', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.option(fc.integer({ min: 16, max: 90 }), { nil: undefined }),
        (rows, columns) => {
          const lines = formatTable(rows, columns)
          expect(lines).toHaveLength(rows.length)
          if (columns !== undefined) for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns)
        },
      ),
    )
  })
})

describe('toScreen and escapeText', () => {
  it('A line on the screen contains no character that controls the terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, other) => {
        const line = toTerminalLine(`${text}\u001b]0;title\u0007\u009b2J\r\n\t\u202e\ud800${other}`)
        expect(line).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/u,
        )
      }),
    )
  })

  it('Only the colours of the program reach the screen', () => {
    expect(toTerminalLine(createPaint(true)('red', '\u001b[32mx'))).toBe('\u001b[31m\\u001b[32mx\u001b[0m')
    expect(toTerminalLine(createPaint(false)('red', 'x'))).toBe('x')
  })

  it('An escaped line of JSON parses to the same value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(escapeText(JSON.stringify(text)))).toBe(text)
      }),
    )
  })
})
