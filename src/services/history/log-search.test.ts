import { describe, expect, it } from 'vitest'

import { countLines, searchLog } from './log-search.ts'
import type { ReadLog } from './log-search.ts'

/** A log that is read in pieces of `pieceBytes`. */
function logOf(text: string, pieceBytes: number): ReadLog {
  const all = Buffer.from(text)
  return async (cursor) => {
    const bytes = all.subarray(cursor, cursor + pieceBytes)
    return { bytes, cursor: cursor + bytes.length }
  }
}

const LOG = 'loading データ\n\u001b[31mValueError\u001b[0m: bad\nstep=1 loss=0.5\nstep=2 loss=0.25\nno end'

describe('searchLog and countLines', () => {
  it.each([1, 3, 7, 1_000])(
    'A search finds matching lines and where they begin, read in pieces of %d bytes',
    async (size) => {
      const find = async (pattern: string, from = 0) =>
        (await searchLog(logOf(LOG, size), { filter: { pattern }, from, limit: 9 })).lines.map(({ offset, text }) => [
          offset,
          text,
        ])

      expect(await find('step=\\d+ loss=0\\.2')).toEqual([[59, 'step=2 loss=0.25']])
      expect(await find('^valueerror: bad$')).toEqual([[18, 'ValueError: bad']])
      expect(await find('データ')).toEqual([[0, 'loading データ']])
      expect(await find('no end$')).toEqual([[76, 'no end']])
      expect(await find('step', 59)).toEqual([[59, 'step=2 loss=0.25']])
      expect(await find('nowhere')).toEqual([])
    },
  )

  it.each([1, 7, 1_000])(
    'A search finds the first line with severity error, and lines before a byte are counted, read in pieces of %d bytes',
    async (size) => {
      const { lines } = await searchLog(logOf(LOG, size), { filter: { severity: 'error' }, from: 0, limit: 1 })
      expect(lines).toEqual([{ offset: 18, text: 'ValueError: bad' }])
      expect(await Promise.all([0, 17, 18, 59, 1_000].map((before) => countLines(logOf(LOG, size), before)))).toEqual([
        0, 0, 1, 3, 4,
      ])
    },
  )

  it.each([1, 7, 1_000])(
    'A search finds a line that a progress bar overwrote once, and in each of its states, read in pieces of %d bytes',
    async (size) => {
      const bar = 'begin\nepoch 1\repoch 2 nan\repoch 3 nan\nend\r\n'
      const find = async (pattern: string) =>
        (await searchLog(logOf(bar, size), { filter: { pattern }, from: 0, limit: 9 })).lines

      expect(await find('nan')).toEqual([{ offset: 6, text: 'epoch 2 nan' }])
      expect(await find('^epoch 1$')).toEqual([{ offset: 6, text: 'epoch 1' }])
      expect(await find('^$')).toEqual([])
      expect(await find('^end$')).toEqual([{ offset: 38, text: 'end' }])
    },
  )

  it('A search finds matches anywhere in a line of several megabytes, and the lines after it', async () => {
    const long = `${'a'.repeat(1_500_000)}needle${'b'.repeat(3_000_000)}needle\nneedle\n`
    const find = async (pattern: string) =>
      (await searchLog(logOf(long, 999_999), { filter: { pattern }, from: 0, limit: 9 })).lines.map(
        ({ offset }) => offset,
      )

    expect(await find('needle')).toEqual([0, 4_500_013])
    expect(await find('needleb')).toEqual([0])
  })

  it('A search and a count continue after bytes that were cut out of the middle of a log', async () => {
    const [head, tail] = ['one needle\nhalf', 'needle two\nneedle three\n'].map((text) => Buffer.from(text))
    const read: ReadLog = async (cursor) => {
      if (cursor < head!.length) return { bytes: head!.subarray(cursor), cursor: head!.length }
      const at = Math.max(1_000, cursor)
      return { bytes: tail!.subarray(at - 1_000), cursor: 1_000 + tail!.length }
    }

    const { lines } = await searchLog(read, { filter: { pattern: 'needle|half' }, from: 0, limit: 9 })
    expect(lines.map(({ offset, text }) => [offset, text])).toEqual([
      [0, 'one needle'],
      [11, 'half'],
      [1_000, 'needle two'],
      [1_011, 'needle three'],
    ])

    expect(await Promise.all([11, 900, 1_000, 1_011, 9_999].map((before) => countLines(read, before)))).toEqual([
      1, 1, 1, 2, 3,
    ])
  })

  it('A search returns at most the limit of lines, and reports that there are more', async () => {
    const { lines, isCut } = await searchLog(logOf('x\n'.repeat(5_000), 100_000), {
      filter: { pattern: 'x' },
      from: 0,
      limit: 1_000,
    })

    expect([lines.length, isCut, lines.at(-1)]).toEqual([1_000, true, { offset: 1_998, text: 'x' }])
  })

  it('A search refuses a malformed pattern, and ends one that would run for ever', async () => {
    await expect(searchLog(logOf('a', 10), { filter: { pattern: '(' }, from: 0, limit: 1 })).rejects.toMatchObject({
      code: 'invalid',
    })

    const explosive = searchLog(logOf(`${'a'.repeat(40)}!\n`, 1_000), {
      filter: { pattern: '^(a+)+$' },
      from: 0,
      limit: 1,
    })
    await expect(explosive).rejects.toMatchObject({ code: 'invalid', args: { detail: { detail: 'pattern_slow' } } })
  })
})
