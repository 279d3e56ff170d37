import { describe, expect, it } from 'vitest'

import { parseRecord } from './parse-record.ts'

const metrics = (v: unknown, more: object = {}): unknown => ({ k: 'm', s: 1, t: 2, v, ...more })
const params = (v: unknown): unknown => ({ k: 'p', v })
const EMOJI_400 = '😀'.repeat(200)
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])

/** Title; the record as sent; names and values to be stored; words that each refusal contains. */
const CASES: readonly [string, unknown, unknown, readonly string[][]][] = [
  [
    'a metric whose name has a NUL character',
    metrics({ 'nul\0name': 1, beside: 2 }),
    { beside: 2 },
    [['metric', 'nul', 'NUL']],
  ],
  ['a metric with a long name', metrics({ [EMOJI_400]: 1, beside: 2 }), { beside: 2 }, [['metric', '400', '250']]],
  ['a metric with half of a character', metrics({ 'a\ud800': 1, beside: 2 }), { beside: 2 }, [['half of a character']]],
  ['a metric without a name', metrics({ '': 1, beside: 2 }), { beside: 2 }, [['name is empty']]],
  ['a metric that is a text', metrics({ grade: 'high', beside: 2 }), { beside: 2 }, [['"grade"', 'not a number']]],
  ['numbers that JSON has not', metrics({ a: 'NaN', b: '-Infinity', c: '-0' }), { a: NaN, b: -Infinity, c: -0 }, []],
  ['two metrics of three', metrics({ a: null, b: [], c: 3 }), { c: 3 }, [['"a"'], ['"b"']]],
  ['no metric at all', metrics({ a: 'x' }), null, [['"a"']]],
  [
    'a step that is no number',
    metrics({ loss: 1, acc: 2 }, { s: 'NaN' }),
    null,
    [
      ['"loss"', 'step'],
      ['"acc"', 'step'],
    ],
  ],
  ['a time far away', metrics({ loss: 1 }, { t: 1e300 }), null, [['"loss"', 'time']]],
  ['a record without metrics', metrics({}), {}, []],
  [
    'a value with a NUL character',
    params({ seed: 7, lr: 0.1, pad: 'a\0b' }),
    { seed: 7, lr: 0.1 },
    [['parameter', '"pad"', 'NUL']],
  ],
  ['a value with a NUL character deep inside', params({ seed: 7, a: { b: ['\0'] } }), { seed: 7 }, [['"a"']]],
  ['a key of a value with a NUL character', params({ seed: 7, a: { 'b\0': 1 } }), { seed: 7 }, [['"a"']]],
  ['20 levels, and 21', params({ ok: nested(20), deep: nested(21) }), { ok: nested(20) }, [['"deep"', '20 levels']]],
  [
    'a name of 250 characters, and one of 251',
    params({ ['x'.repeat(250)]: 1, ['y'.repeat(251)]: 2 }),
    { ['x'.repeat(250)]: 1 },
    [['251']],
  ],
  [
    'names that objects have',
    params(JSON.parse('{"__proto__": 1, "constructor": 2}')),
    JSON.parse('{"__proto__": 1, "constructor": 2}'),
    [],
  ],
  ['one tag of three', { k: 'g', v: ['a', 'b\0', 'c'] }, ['a', 'c'], [['tag', 'NUL']]],
  ['a tag that is a number', { k: 'g', v: ['a', 5] }, ['a'], [['"5"', 'not a text']]],
  [
    'an artifact with a long name',
    { k: 'a', name: EMOJI_400, path: '/x', size: 1, sha256: '0'.repeat(64) },
    null,
    [['artifact', '400']],
  ],
  ['a record of an unknown kind', { k: 'z' }, null, [['kind "z"']]],
  ['no record', 7, null, [['no object']]],
]

describe('a record of which a part cannot be stored', () => {
  it.each(CASES)(
    'The parts of a record that can be stored are stored and the others are refused: %s',
    (_, raw, kept, refused) => {
      const parsed = parseRecord(raw)
      const { record } = parsed

      expect(
        record &&
          ('names' in record
            ? Object.fromEntries(record.names.map((name, at) => [name, record.values[at]]))
            : 'values' in record
              ? record.values
              : 'tags' in record && record.tags),
      ).toEqual(kept)

      expect(parsed.refused).toHaveLength(refused.length)
      for (const [index, words] of refused.entries())
        for (const word of words) expect(parsed.refused[index]).toContain(word)
    },
  )
})
