import { describe, expect, it } from 'vitest'

import { toSpans } from './styled-spans.ts'

describe('colours', () => {
  it.each([
    ['plain', [['plain', undefined, false]]],
    [
      '\u001b[31mred\u001b[0m and',
      [
        ['red', '--bad', false],
        [' and', undefined, false],
      ],
    ],
    [
      '\u001b[1;32mgood\u001b[39m still\u001b[22m',
      [
        ['good', '--good', true],
        [' still', undefined, true],
      ],
    ],
    ['\u001b[2Kgone\u001b[10;4H', [['gone', undefined, false]]],
    ['\u001b[38;5;208mother\u001b[m', [['other', undefined, false]]],
    [
      '\u001b]8;;https://a.b\u0007link\u001b]8;;\u001b\\ \u001b]0;title\u0007end',
      [
        ['link', undefined, false],
        [' ', undefined, false],
        ['end', undefined, false],
      ],
    ],
    ['\u001b[?25l\u001b(Bx\u001b[2K', [['x', undefined, false]]],
  ])('The spans of %j have its colours', (text, expected) =>
    expect(toSpans(text).map((span) => [span.text, span.color, span.isBold])).toEqual(expected),
  )
})
