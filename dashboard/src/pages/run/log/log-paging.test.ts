import { describe, expect, it } from 'vitest'

import { addPage, isFollowed, nextPageStart, rangeBefore } from './log-paging.ts'
import { splitLines } from './log-piece.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('pages of a log', () => {
  it.each([
    ['a short page at the end', 2_000, 9_000, undefined, false],
    ['a page of the largest size', 1_000_000, 1_000_000, undefined, true],
    ['a page that ends at the cut', 4, 1_000, { from: 1_000, to: 5_000 }, true],
    ['a page after the cut', 4, 5_004, { from: 1_000, to: 5_000 }, false],
  ])('Whether the view reads on after %s', (_name, length, cursor, cut, expected) =>
    expect(isFollowed({ bytes: new Uint8Array(length), cursor, cut })).toBe(expected),
  )

  it('The first page is the end of a log, or begins before the byte in the address', () => {
    expect(nextPageStart(undefined, null)).toEqual({ tail: 2_000 })
    expect(nextPageStart(undefined, 1_000_000)).toEqual({ cursor: 872_000 })
    expect(nextPageStart(undefined, 5)).toEqual({ cursor: 0 })
    expect(nextPageStart(splitLines(bytes('one\n'), 10), 5)).toEqual({ cursor: 14 })
  })

  it('The end of a log begins with a whole line', () => {
    const piece = addPage(undefined, { bytes: bytes('one\ntwo'), cursor: 107 }, null)
    expect(piece).toMatchObject({ start: 100, end: 107, lines: [{ offset: 100, text: 'one' }], rest: bytes('two') })
  })

  it('A page that begins within a line is shown from its first whole line on', () => {
    const piece = addPage(undefined, { bytes: bytes('ne\ntwo\nthr'), cursor: 110 }, 104)
    expect(piece).toMatchObject({ start: 103, end: 110, lines: [{ offset: 103, text: 'two' }], rest: bytes('thr') })
  })

  it('A further page is appended, and an empty one changes nothing', () => {
    const piece = splitLines(bytes('one\ntw'), 0)
    expect(addPage(piece, { bytes: bytes('o\n'), cursor: 8 }, null).lines.map(({ text }) => text)).toEqual([
      'one',
      'two',
    ])
    expect(addPage(piece, { bytes: bytes(''), cursor: 6 }, null)).toBe(piece)
  })

  it('The bytes before a piece are read up to the part of the log that was cut out', () => {
    const cut = { from: 8, to: 1_000 }
    expect([1_009, 1_005, 1_000, 8, 4].map((byte) => rangeBefore(byte, 6, cut))).toEqual([
      { from: 1_003, to: 1_009, isLineStart: false },
      { from: 1_000, to: 1_005, isLineStart: true },
      { from: 2, to: 8, isLineStart: false },
      { from: 2, to: 8, isLineStart: false },
      { from: 0, to: 4, isLineStart: true },
    ])
    expect(rangeBefore(100, 40, undefined)).toEqual({ from: 60, to: 100, isLineStart: false })
  })
})
