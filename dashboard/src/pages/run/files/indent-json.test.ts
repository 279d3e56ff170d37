import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { indentJson } from './indent-json.ts'

describe('an indented document', () => {
  it.each([
    [
      '{"a":12345678901234567890,"b":[1.0,{}],"c":[]}',
      '{\n  "a": 12345678901234567890,\n  "b": [\n    1.0,\n    {}\n  ],\n  "c": []\n}',
    ],
    ['{"a, b": "{\\"x\\": [1]}"}', '{\n  "a, b": "{\\"x\\": [1]}"\n}'],
    [' [ 1e400 , -0.50 , null ] ', '[\n  1e400,\n  -0.50,\n  null\n]'],
    ['{"a": NaN}', '{"a": NaN}'],
    ['"text"', '"text"'],
    ['{"half":', '{"half":'],
  ])('The text %s is indented where it is JSON', (text, expected) => expect(indentJson(text)).toBe(expected))

  it('Indented JSON is what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, 4), (value, space) => {
        expect(indentJson(JSON.stringify(value, null, space))).toBe(JSON.stringify(value, null, 2))
      }),
    )
  })
})
