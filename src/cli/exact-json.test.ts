import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseExactJson } from './exact-json.ts'

describe('JSON read exactly', () => {
  it.each(['12345678901234567890', '-9223372036854775808', '[1,12345678901234567890,{"a":18446744073709551615}]', '{"a":9007199254740993,"b":1.5}'])(
    'writes %s again',
    (text) => expect(JSON.stringify(parseExactJson(text))).toBe(text),
  )

  it('reads whatever JavaScript writes as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.double({ min: 1e15, max: 1e22, noNaN: true }), (value, large) => {
        const text = JSON.stringify([value, large, Math.floor(large)])
        expect(parseExactJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })
})
