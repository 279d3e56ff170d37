import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { isInside, pathBytes, pathText, portablePathText } from './file-paths.ts'
import { pathFault } from './snapshot.ts'

const latin = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0))
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('the text of a path', () => {
  it.each<[string, Uint8Array, string, string]>([
    ['in UTF-8', utf8('モデル/é.pt'), 'モデル/é.pt', 'モデル/é.pt'],
    ['in Latin-1', latin('caf\xe9.txt'), 'caf\\xE9.txt', 'caf\\xE9.txt'],
    ['in Shift-JIS', latin('\x83\x82\x83f\x83\x8b'), '\\x83\\x82\\x83f\\x83\\x8B', '\\x83\\x82\\x83f\\x83\\x8B'],
    ['with half a character at its end', latin('a\xe3\x83'), 'a\\xE3\\x83', 'a\\xE3\\x83'],
    ['with a surrogate in bytes', latin('\xed\xa0\x80'), '\\xED\\xA0\\x80', '\\xED\\xA0\\x80'],
    ['with a mark of order', utf8('\ufeffa'), '\ufeffa', '\ufeffa'],
    ['with decomposed characters', utf8('e\u0301'), 'e\u0301', 'e\u0301'],
    ['with a backslash', utf8('a\\b'), 'a\\b', 'a\\x5Cb'],
    ['that looks like bytes', utf8('a\\xE9'), 'a\\x5CxE9', 'a\\x5CxE9'],
    ['that looks like bytes in small letters', utf8('a\\xe9'), 'a\\xe9', 'a\\x5Cxe9'],
    ['with a line end', utf8('a\nb'), 'a\nb', 'a\\x0Ab'],
    ['that turns its direction', utf8('a\u202eb'), 'a\u202eb', 'a\\xE2\\x80\\xAEb'],
    ['like a drive', utf8('c:x'), 'c:x', 'c\\x3Ax'],
    ['of dots', utf8('.../..x/-rf'), '.../..x/-rf', '.../..x/-rf'],
  ])('The text of a path %s reads back as the same bytes', (_, bytes, text, portable) => {
    expect([pathText(bytes), portablePathText(bytes)]).toEqual([text, portable])
    expect([pathBytes(text), pathBytes(portable)]).toEqual([bytes, bytes])
    expect(pathFault(portable)).toBeUndefined()
  })

  it('Every path of bytes has a well-formed text of its own that reads back as the same bytes', () => {
    const texts = new Map<string, string>()
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 12 }),
      fc.string({ unit: 'binary', minLength: 1 }).map(utf8),
    )

    fc.assert(
      fc.property(bytes, (path) => {
        for (const text of [pathText(path), portablePathText(path)]) {
          expect([text.isWellFormed(), pathBytes(text)]).toEqual([true, path])
          expect(texts.get(text) ?? String(path)).toBe(String(path))
          texts.set(text, String(path))
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it.each(['', '/a', 'a/', 'a//b', '.', '..', 'a/../b', '\\x2E\\x2E/b', '\\x2E\\x2E\\x2Fb', 'a\\x00b', '\\x2Fetc'])(
    'The path %j is refused because it leaves its folder or names nothing in it',
    (text) => {
      expect([isInside(pathBytes(text)), pathFault(text)]).toEqual([false, expect.any(String)])
    },
  )

  it.each(['a\\b', 'a\nb', 'caf\\xe9', '\\x61', '\\xC3\\xA9', 'c:x', 'a\ud800', 'a\u202eb'])(
    'The path %j is refused because a snapshot writes it in another way',
    (text) => {
      expect(pathFault(text)).toMatch(/characters|absolute/)
    },
  )
})
