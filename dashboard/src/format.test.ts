import { beforeAll, describe, expect, it, vi } from 'vitest'

import { digitsWithin, formatExact, formatMoments, formatSpans, formatTicks } from './format.ts'
import { setPreference } from './state/preferences.ts'
import { loadTexts } from './texts/texts.ts'

// Replaces the browser globals that the imported modules read when they are loaded.
vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  vi.stubGlobal('document', { documentElement: { lang: 'en', dataset: {} } })
})
beforeAll(loadTexts)

describe('labels of an axis', () => {
  it.each([
    [
      [0, 0.2, 0.4],
      ['0', '0.2', '0.4'],
    ],
    [
      [0.30000000000000004, 0.6000000000000001],
      ['0.3', '0.6'],
    ],
    [
      [0.9999, 0.99992, 0.99994],
      ['0.9999', '0.99992', '0.99994'],
    ],
    [
      [12.8801, 12.8802],
      ['12.8801', '12.8802'],
    ],
    [
      [123456789, 123456790],
      ['123,456,789', '123,456,790'],
    ],
    [
      [0, 5e6, 1e7],
      ['0', '5,000,000', '10,000,000'],
    ],
    [
      [1234, 1234.5],
      ['1,234', '1,234.5'],
    ],
    [
      [-0.5, 0, 0.5],
      ['−0.5', '0', '0.5'],
    ],
    [
      [1e-8, 2e-8],
      ['1e-8', '2e-8'],
    ],
    [
      [0.001, 0.01, 0.1, 1, 10, 100],
      ['0.001', '0.01', '0.1', '1', '10', '100'],
    ],
    [[0.25], ['0.25']],
    [[], []],
  ])('The ticks %j are labelled %j', (values, texts) => expect(formatTicks(values)).toEqual(texts))

  it.each([
    [
      [0, 0.02, 0.04],
      ['0 s', '0.02 s', '0.04 s'],
    ],
    [
      [0, 30, 60],
      ['0.0 s', '30 s', '1 min 0 s'],
    ],
    [
      [7200, 7210],
      ['7,200 s', '7,210 s'],
    ],
  ])('Time spans of %j seconds are labelled %j', (values, texts) => expect(formatSpans(values)).toEqual(texts))

  it.each([
    [
      [0, 60],
      ['00:00', '00:01'],
    ],
    [
      [0, 5],
      ['00:00:00', '00:00:05'],
    ],
    [
      [0, 0.25],
      ['00:00:00.000', '00:00:00.250'],
    ],
    [
      [0, 43_200, 86_400],
      ['01/01 00:00', '01/01 12:00', '01/02 00:00'],
    ],
    [
      [86_390, 86_395, 86_400],
      ['01/01 23:59:50', '01/01 23:59:55', '01/02 00:00:00'],
    ],
    [
      [31_449_600, 31_536_000],
      ['1970/12/31 00:00', '1971/01/01 00:00'],
    ],
  ])('The times %j, in seconds since 1970, are labelled %j', (values, texts) => {
    setPreference('timeZone', 'UTC')
    expect(formatMoments(values)).toEqual(texts)
  })
})

describe('digits', () => {
  it.each([
    [0, 1, 5],
    [0.9995, 1, 6],
    [12.88, 12.8801, 8],
    [1, 1, 5],
    [-1e9, 1e9, 5],
  ])('Values in a range from %d to %d have %d significant digits', (low, high, digits) =>
    expect(digitsWithin(low, high)).toBe(digits),
  )

  it.each([
    [123456789, '123,456,789'],
    [0.1 + 0.2, '0.30000000000000004'],
    [0.858222123, '0.858222123'],
    [-1234, '−1,234'],
    [1.5e-7, '1.5e-7'],
    [1e300, '1e300'],
    [0, '0'],
  ])('The number %d is written with all of its digits', (value, text) => expect(formatExact(value)).toBe(text))
})
