import { describe, expect, it } from 'vitest'

import { countLines, searchLog } from './log-search.ts'
import type { ReadLog } from './log-search.ts'

/** A log that is read in pieces of so many bytes. */
function logOf(text: string, pieceBytes: number): ReadLog {
  const all = Buffer.from(text)
  return async (cursor) => {
    const bytes = all.subarray(cursor, cursor + pieceBytes)
    return { bytes, cursor: cursor + bytes.length }
  }
}

const LOG = 'loading データ\n\u001b[31mValueError\u001b[0m: bad\nstep=1 loss=0.5\nstep=2 loss=0.25\nno end'

describe('a search of a log', () => {
  it.each([1, 3, 7, 1_000])('finds lines and where they begin, read in pieces of %d bytes', async (size) => {
    const find = async (pattern: string, from = 0) =>
      (await searchLog(logOf(LOG, size), { wanted: { pattern }, from, limit: 9 })).lines.map(({ offset, text }) => [offset, text])
    expect(await find('step=\\d+ loss=0\\.2')).toEqual([[59, 'step=2 loss=0.25']])
    expect(await find('^valueerror: bad$')).toEqual([[18, 'ValueError: bad']])
    expect(await find('データ')).toEqual([[0, 'loading データ']])
    expect(await find('no end$')).toEqual([[76, 'no end']])
    expect(await find('step', 59)).toEqual([[59, 'step=2 loss=0.25']])
    expect(await find('nowhere')).toEqual([])
  })

  it.each([1, 7, 1_000])('finds the first line that sounds like an error, and counts those before a byte, read in pieces of %d bytes', async (size) => {
    const { lines } = await searchLog(logOf(LOG, size), { wanted: { severity: 'error' }, from: 0, limit: 1 })
    expect(lines).toEqual([{ offset: 18, text: 'ValueError: bad' }])
    expect(await Promise.all([0, 17, 18, 59, 1_000].map((before) => countLines(logOf(LOG, size), before)))).toEqual([0, 0, 1, 3, 4])
  })

  it('gives so many and says that there are more', async () => {
    const { lines, isCut } = await searchLog(logOf('x\n'.repeat(5_000), 100_000), { wanted: { pattern: 'x' }, from: 0, limit: 1_000 })
    expect([lines.length, isCut, lines.at(-1)]).toEqual([1_000, true, { offset: 1_998, text: 'x' }])
  })

  it('refuses what is no pattern, and ends one that would not end', async () => {
    await expect(searchLog(logOf('a', 10), { wanted: { pattern: '(' }, from: 0, limit: 1 })).rejects.toMatchObject({ code: 'invalid' })
    const explosive = searchLog(logOf(`${'a'.repeat(40)}!\n`, 1_000), { wanted: { pattern: '^(a+)+$' }, from: 0, limit: 1 })
    await expect(explosive).rejects.toMatchObject({ code: 'invalid', args: { detail: { detail: 'pattern_slow' } } })
  })
})
