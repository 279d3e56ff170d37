import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, describe, expect, it } from 'vitest'

import { SpecError } from '../core/language/document.ts'
import { readParams, readSources } from './documents.ts'

const folder = mkdtempSync(join(tmpdir(), 'hagane-documents-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const HEAD = 'version: 1\nkind: experiment\n'

function problemOf(files: readonly string[], cwd = folder) {
  try {
    readSources(files, cwd)
  } catch (error) {
    if (error instanceof SpecError) return error.problems[0]!
    throw error
  }
  return undefined
}

describe('a file that is not UTF-8', () => {
  const tail = (bytes: readonly number[]) =>
    Buffer.concat([Buffer.from(`${HEAD}name: a`), Buffer.from(bytes), Buffer.from('\n')])
  const utf16 = (text: string, order: 'le' | 'be') =>
    order === 'le' ? Buffer.from(text, 'utf16le') : Buffer.from(text, 'utf16le').swap16()

  it.each<[name: string, bytes: Buffer, encoding: string, line: number, column: number]>([
    ['Shift_JIS', tail([0x8a, 0x77, 0x8f, 0x4b]), 'Shift_JIS', 3, 8],
    ['EUC-JP', tail([0xb3, 0xd8, 0xbd, 0xac]), 'EUC-JP', 3, 8],
    ['a French word in Latin-1', tail([0xe8, 0x6c, 0x65]), 'Latin-1', 3, 8],
    [
      'a German word in Latin-1',
      tail([0x67, 0x72, 0xf6, 0xdf, 0x65].filter((byte) => byte !== 0xdf)),
      'Latin-1',
      3,
      10,
    ],
    ['UTF-16 with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(HEAD, 'le')]), 'UTF-16', 1, 1],
    ['UTF-16, big end first', Buffer.concat([Buffer.from([0xfe, 0xff]), utf16(HEAD, 'be')]), 'UTF-16', 1, 1],
    ['UTF-16 without a mark', utf16(HEAD, 'le'), 'UTF-16', 1, 1],
  ])(
    'A file that is not UTF-8 is refused with its name, its encoding and its first invalid byte: %s',
    (_name, bytes, encoding, line, column) => {
      writeFileSync(join(folder, 'x.yml'), bytes)
      expect(problemOf(['x.yml'])).toMatchObject({
        code: 'file_encoding',
        args: { file: 'x.yml', encoding },
        line,
        column,
      })

      writeFileSync(join(folder, 'haganefile.yml'), bytes)
      expect(problemOf([])).toMatchObject({ code: 'file_encoding', args: { file: 'haganefile.yml' } })
      rmSync(join(folder, 'haganefile.yml'))
    },
  )

  it('A file with a byte order mark of UTF-8, or with a NUL character in its text, is read', () => {
    for (const text of [`\ufeff${HEAD}name: 学習\r\n`, `${HEAD}description: "a\0b"\n`]) {
      writeFileSync(join(folder, 'x.yml'), text)
      expect(readSources(['x.yml'], folder)[0]!.text.replace('\ufeff', '')).toBe(text.replace('\ufeff', ''))
    }
  })
})

describe('a file that cannot be read', () => {
  it('The error for an unreadable file contains its name and the reason', () => {
    mkdirSync(join(folder, 'folder.yml'), { recursive: true })
    expect(problemOf(['none.yml'])).toMatchObject({
      code: 'file_unreadable',
      args: { file: 'none.yml', reason: { detail: 'file_missing' } },
    })

    expect(problemOf(['folder.yml'])).toMatchObject({
      code: 'file_unreadable',
      args: { reason: { detail: 'file_folder' } },
    })

    expect(problemOf(['x.yml/y.yml'])).toMatchObject({
      code: 'file_unreadable',
      args: { reason: { detail: 'file_missing' } },
    })

    expect(problemOf(['x.txt'])).toMatchObject({ code: 'file_type' })
    expect(problemOf([])).toMatchObject({ code: 'file_none' })
  })
})

describe('parameters of the command line', () => {
  it('Parameters are name=value pairs with unique names; values may contain any character', () => {
    expect(readParams({ param: ['a=1', '学習率=b=c', 'x='], params: ['y= '] })).toEqual({
      a: '1',
      学習率: 'b=c',
      x: '',
      y: ' ',
    })

    for (const param of [['a'], ['=1'], ['a=1', 'a=2']]) expect(() => readParams({ param })).toThrow(SpecError)
  })
})
