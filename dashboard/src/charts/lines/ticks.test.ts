import { beforeAll, describe, expect, it, vi } from 'vitest'

import { loadTexts } from '../../texts/texts.ts'
import { formatX, formatXTicks, formatYTicks } from './ticks.ts'

// Replaces the browser globals that the imported modules read when they are loaded.
vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  vi.stubGlobal('document', { documentElement: { lang: 'en', dataset: {} } })
})
beforeAll(loadTexts)

describe('the labels of the axes of a line chart', () => {
  it('A label that uPlot leaves out is empty, and the others keep their places', () => {
    expect(formatYTicks([null, 0.1, null, 1])).toEqual([
      '',
      expect.stringMatching(/^0\.1/),
      '',
      expect.stringMatching(/^1/),
    ])
    expect(formatYTicks([])).toEqual([])
  })

  it.each([
    [[0, 500, 1000], 'step', ['0', '500', '1\u2009000']],
    [[0.25, 0.5], 'm.loss', ['0.25', '0.5']],
  ] as const)('The values %j on the axis %s are labelled %j', (values, axis, texts) => {
    expect(formatXTicks(values, axis).map((text) => text.replace(/(\.\d+?)0+$/, '$1'))).toEqual(texts)
  })

  it.each([
    [1_234_567, 'step', '1\u2009234\u2009567'],
    [90, 'relative', '1 min 30 s'],
  ] as const)('The value %d on the axis %s is written %j', (value, axis, text) => {
    expect(formatX(value, axis).replaceAll('\u00a0', ' ')).toBe(text)
  })

  it('A value on the axis of the time of day is written as a time', () => {
    expect(formatX(1_700_000_000, 'wall')).toMatch(/\d\d:\d\d:\d\d$/)
  })
})
