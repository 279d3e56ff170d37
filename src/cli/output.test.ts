import { describe, expect, it } from 'vitest'

import { textWidth } from './format-table.ts'
import { formatDuration, formatNumber, formatProblem } from './output.ts'
import { createPaint } from './screen.ts'

const show = (text: string, column: number): string[] =>
  formatProblem(
    { code: 'x', message: 'm', remedy: 'r', path: '', file: 'f.yml', line: 1, column },
    new Map([['f.yml', text]]),
    {
      paint: createPaint(false),
      label: 'error',
      style: 'red',
    },
  ).slice(2, 4)

describe('formatProblem', () => {
  it.each([
    { of: 'a plain line', text: 'lr: x', char: 'x' },
    { of: 'full-width characters', text: '説明: 値 {', char: '値' },
    { of: 'combining marks and a joined emoji', text: 'e\u0301👩‍👩‍👧‍👦: x', char: 'x' },
    { of: 'a tab', text: 'a\tb: x', char: 'x' },
    { of: 'a line that ends in CR LF', text: 'a: x\r', char: 'x' },
    { of: 'a place far to the right of full-width characters', text: `${'日本語 '.repeat(100)}x: y`, char: 'x' },
    { of: 'a place amid a long line', text: `${'a'.repeat(500)}x${'b'.repeat(500)}`, char: 'x' },
    { of: 'the start of a long line', text: `x${'b'.repeat(500)}`, char: 'x' },
  ])('The caret stands below the place of the problem: $of', ({ text, char }) => {
    const [line, mark] = show(text, text.indexOf(char) + 1) as [string, string]
    expect(textWidth(line)).toBeLessThanOrEqual(4 + 160 + 2)

    const at = textWidth(mark.slice(0, mark.indexOf('^')))
    const before = [...new Intl.Segmenter().segment(line)].map(({ segment }) => segment)

    let seen = 0
    const found = before.find((segment) => {
      const isHere = seen === at
      seen += textWidth(segment)
      return isHere
    })

    expect(found).toBe(char)
  })

  it('A line that is cut on both sides has an ellipsis on both sides', () => {
    const [line] = show(`${'a'.repeat(500)}x${'b'.repeat(500)}`, 501)
    expect(line).toMatch(/^ {2}1 \| …a+xb+…$/)
  })
})

describe('formatNumber and formatDuration', () => {
  it.each([
    [0.1 + 0.2, '0.3'],
    [Number.MAX_VALUE, '1.7977e+308'],
    [5e-324, '5e-324'],
    [-0, '0'],
    ['NaN', 'NaN'],
    ['-Infinity', '-Infinity'],
  ])('The value %s is shown as %s', (value, expected) => expect(formatNumber(value)).toBe(expected))

  it.each([
    [-0.002, '0.0 s'],
    [9.94, '9.9 s'],
    [9.97, '10 s'],
    [59.7, '1 min 0 s'],
    [3_569, '59 min 29 s'],
    [3_599.7, '1 h 0 min'],
    [7_199, '2 h 0 min'],
  ])('A duration of %s seconds is shown as %s', (seconds, expected) => expect(formatDuration(seconds)).toBe(expected))
})
