import { describe, expect, it } from 'vitest'

import { numberIn, runFilterFor } from './search-text.ts'

describe('the text in the palette', () => {
  it.each([
    ['42', '42'],
    ['#42', '42'],
    ['departments #42', '42'],
    ['departments 42', undefined],
    ['42 epochs', undefined],
    ['', undefined],
  ])('The number in %j is %s', (text, number) => {
    expect(numberIn(text)).toBe(number)
  })

  it.each([
    ['', ''],
    ['#7', 'number = 7'],
    ['bert', 'name contains "bert"'],
    ['a "b"', 'name contains "a \\"b\\""'],
  ])('The text %j finds runs with the filter %j', (text, filter) => {
    expect(runFilterFor(text)).toBe(filter)
  })
})
