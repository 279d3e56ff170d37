import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  decodeValue,
  encodeValue,
  Float,
  LongInteger,
  parseJson,
  reviveFloats,
  toFloat,
  toInteger,
  toPlain,
} from './values.ts'
import type { Value } from './values.ts'

const HUGE = 10n ** 400n
const long = (value: bigint): LongInteger => new LongInteger(value)

describe('an integer', () => {
  it.each<[string, number | LongInteger]>([
    ['0', 0],
    ['-0', 0],
    ['-17', -17],
    ['+17', 17],
    ['9007199254740991', 2 ** 53 - 1],
    ['9007199254740992', long(2n ** 53n)],
    ['-9007199254740993', long(-(2n ** 53n) - 1n)],
    ['12345678901234567890', long(12345678901234567890n)],
    ['0xFF', 255],
    ['0xFFFFFFFFFFFFFFFF', long(2n ** 64n - 1n)],
    ['-0x8000000000000000', long(-(2n ** 63n))],
    ['0o17', 15],
    [String(HUGE), long(HUGE)],
  ])('The integer %s is read with every digit', (digits, expected) => expect(toInteger(digits)).toEqual(expected))
})

describe('a value', () => {
  const special = fc.constantFrom<Value>(
    NaN,
    Infinity,
    -Infinity,
    new Float(1),
    new Float(-0),
    new Float(1e300),
    long(2n ** 63n - 1n),
    long(-(2n ** 64n)),
    long(HUGE),
    0.1,
  )
  const integers = fc.bigInt().map((value) => toInteger(value.toString()))
  const floats = fc.double().map((value) => toFloat(value))
  const { value: anything } = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      special,
      integers,
      floats,
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))

  it('A value is read back as it was written', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(decodeValue(encodeValue(value))).toEqual(value)
      }),
    )
  })

  it('A value of an older version is read with the digits that were written', () => {
    expect(
      decodeValue('{"a":12345678901234567000,"b":{"$float":12345678901234567000},"c":1,"d":{"$float":"NaN"}}'),
    ).toEqual({
      a: long(12345678901234567000n),
      b: new Float(12345678901234567e3),
      c: 1,
      d: NaN,
    })
  })

  it.each([
    [
      '{"params": {"a": 9223372036854775807, "b": [1, {"c": -18446744073709551616}]}}',
      { params: { a: long(2n ** 63n - 1n), b: [1, { c: long(-(2n ** 64n)) }] } },
    ],
    [
      '[{"params": [1234567890123.25, 0.1234567890123456, 1e20]}]',
      [{ params: [1234567890123.25, 0.1234567890123456, 1e20] }],
    ],
    [
      '{"params": {"text": "12345678901234567890", "n": 9007199254740991}}',
      { params: { text: '12345678901234567890', n: 2 ** 53 - 1 } },
    ],
    [`{"records": [{"k": "p", "v": {"a": ${HUGE}}}]}`, { records: [{ k: 'p', v: { a: long(HUGE) } }] }],
  ])('A parameter in the JSON %.70s keeps its digits', (text, expected) => {
    expect(parseJson(text)).toEqual(expected)
  })

  it('An integer outside parameters is read as a float, however long it is', () => {
    const text =
      '{"step": 1700000000123456789, "metrics": {"a": {"last": 100000000000000000000}}, "list": [12345678901234567890], "params": {"a": 12345678901234567890}}'
    const expected = {
      step: Number('1700000000123456789'),
      metrics: { a: { last: 1e20 } },
      list: [Number('12345678901234567890')],
      params: { a: long(12345678901234567890n) },
    }

    expect(parseJson(text)).toEqual(expected)
    expect(JSON.stringify((parseJson(text) as { params: unknown }).params)).toBe('{"a":12345678901234567890}')
  })

  it('Long integers are shown with every digit, and NaN and infinities as words', () => {
    const value = { a: long(2n ** 63n - 1n), b: [NaN, Infinity, new Float(-Infinity), new Float(2)], c: 0.5 }
    expect(JSON.stringify(toPlain(value))).toBe(
      '{"a":9223372036854775807,"b":["NaN","Infinity","-Infinity",2],"c":0.5}',
    )
  })

  it('Floats that JSON cannot express are restored in the data of a client', () => {
    expect(reviveFloats({ a: [{ $float: 'NaN' }], b: { c: { $float: '-Infinity' } }, d: long(2n ** 70n) })).toEqual({
      a: [NaN],
      b: { c: -Infinity },
      d: long(2n ** 70n),
    })
  })
})
