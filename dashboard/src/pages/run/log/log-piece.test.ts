import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { appendBytes, findLines, prependBytes, shownLines, splitLines, withLineNumbers } from './log-piece.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a log', () => {
  it('A log has the same lines however it is cut into pieces', () => {
    const text = fc
      .array(
        fc.string({ maxLength: 12, unit: 'grapheme' }).map((line) => line.replaceAll(/[\r\n]/g, '')),
        { maxLength: 20 },
      )
      .map((lines) => lines.map((line) => `${line}\n`).join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 5 }), (whole, cuts) => {
        const all = bytes(whole)
        const ends = [...cuts.map((cut) => cut % (all.length + 1)).toSorted((a, b) => a - b), all.length]
        const piece = ends.reduce(
          (known, end) => appendBytes(known, all.subarray(known.end, end)),
          splitLines(new Uint8Array(), 0),
        )
        expect(piece.lines).toEqual(splitLines(all, 0).lines)
        expect(piece.rest).toHaveLength(0)
        expect(piece.end).toBe(all.length)
      }),
    )
  })

  it('Prepended bytes count from their first line end, and from their first byte at the start of the log', () => {
    const all = bytes('one\ntwo\nthree\nfour\n')
    const tail = splitLines(all.subarray(14), 14)
    const more = prependBytes(tail, all.subarray(5, 14), 5)

    expect(more.lines.map(({ text, offset }) => [text, offset])).toEqual([
      ['three', 8],
      ['four', 14],
    ])
    expect(more.start).toBe(8)

    expect(prependBytes(more, all.subarray(0, 8), 0)).toMatchObject({
      start: 0,
      lines: [{ text: 'one' }, { text: 'two' }, { text: 'three' }, { text: 'four' }],
    })
  })

  it('A log whose middle was cut out is read across the gap, forwards and backwards', () => {
    const head = splitLines(bytes('one\ntwo\n'), 0)
    const on = appendBytes(head, bytes('nine\nten\n'), 1_000)

    expect(on.lines.map(({ text, offset }) => [text, offset])).toEqual([
      ['one', 0],
      ['two', 4],
      ['nine', 1_000],
      ['ten', 1_005],
    ])
    expect(on.end).toBe(1_009)

    const tail = prependBytes(splitLines(bytes('ten\n'), 1_005), bytes('nine\n'), 1_000, true)
    expect(tail).toMatchObject({ start: 1_000, lines: [{ text: 'nine' }, { text: 'ten' }] })
    expect(prependBytes(tail, bytes('one\ntwo\n'), 0).lines.map(({ offset }) => offset)).toEqual([0, 4, 1_000, 1_005])
  })

  it('The bytes of an unfinished line are kept until the line ends', () => {
    const first = appendBytes(splitLines(new Uint8Array(), 0), bytes('a\nb'))
    expect(first.lines.map(({ text }) => text)).toEqual(['a'])
    expect(appendBytes(first, bytes('c\n')).lines.map(({ text, offset }) => [text, offset])).toEqual([
      ['a', 0],
      ['bc', 2],
    ])
  })

  it('The shown lines include the unfinished one', () => {
    expect(shownLines(splitLines(bytes('a\n10 %\r50 %'), 7))).toEqual([
      { offset: 7, text: 'a' },
      { offset: 9, text: '50 %' },
    ])
    expect(shownLines(splitLines(bytes('a\n'), 0))).toEqual([{ offset: 0, text: 'a' }])
  })

  it('A progress bar is shown as a terminal shows it', () => {
    expect(splitLines(bytes('10 %\r50 %\r100 %\nnext\r\n'), 0).lines.map(({ text }) => text)).toEqual(['100 %', 'next'])
  })

  it('The lines of a piece are numbered by a count of the lines before one of its bytes', () => {
    const piece = splitLines(bytes('one\ntwo\nthree\n'), 100)
    expect(withLineNumbers(piece, 100, 40).linesBefore).toBe(40)
    expect(withLineNumbers(piece, 104, 41).linesBefore).toBe(40)
    expect(withLineNumbers(piece, 500, 43).linesBefore).toBe(40)
  })

  it.each([
    ['two', [1, 3]],
    ['TWO', [1, 3]],
    ['four', []],
    ['', []],
  ])('The lines that contain %j are found', (search, expected) =>
    expect(findLines(splitLines(bytes('one\ntwo\nthree\nTwo two\n'), 0).lines, search)).toEqual(expected),
  )
})
