import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { csvField, csvLine } from './csv.ts'
import type { CsvValue } from './csv.ts'

/** Reads lines that end in CR LF, as RFC 4180 defines them. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain!)
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

describe('a field of comma-separated values', () => {
  it.each<[CsvValue, string]>([
    [null, ''],
    [1.5, '1.5'],
    [5e-324, '5e-324'],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
    ['@sum', "'@sum"],
    ['＝1+1', "'＝1+1"],
    ['\t=1', "'\t=1"],
    ['-3', '-3'],
    ['12345678901234567890', '12345678901234567890'],
    ['+ 1', "'+ 1"],
  ])('The value %j is written as %s', (value, expected) => expect(csvField(value)).toBe(expected))

  it('Fields are read back unchanged, except for the apostrophe before what looks like a formula', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }), {
          minLength: 1,
          maxLength: 4,
        }),
        (rows) => {
          const read = parseCsv(rows.map(csvLine).join(''))
          expect(
            read.map((row, at) =>
              row.map((field, index) => (field === `'${rows[at]![index]}` ? field.slice(1) : field)),
            ),
          ).toEqual(rows)
        },
      ),
    )
  })
})
