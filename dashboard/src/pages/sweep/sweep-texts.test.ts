import { beforeAll, expect, it, vi } from 'vitest'

import { loadTexts } from '../../texts/texts.ts'
import { axisText, methodText, metricText } from './sweep-texts.ts'

vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => null })
  vi.stubGlobal('document', { documentElement: { lang: 'en', dataset: {} } })
})
beforeAll(loadTexts)

it('The method of a sweep is followed by the one that it chose', () => {
  expect(methodText({ method: 'tpe', choice: null })).toBe('tpe')
  expect(methodText({ method: 'auto', choice: { method: 'tpe', reason: 'few trials' } })).toBe('auto → tpe')
})

it.each([
  ['loss', 'last', 'minimize', 'loss ↓'],
  ['f1', 'max', 'maximize', 'f1.max ↑'],
  [null, 'last', null, 'none'],
] as const)('The metric %s by its %s value, to %s, is written as %j', (metric, bestBy, optimization, text) =>
  expect(metricText({ metric, bestBy, optimization })).toBe(text),
)

it.each([
  ['linear', 1, 10_000, '1 … 10,000'],
  ['log', 0.001, 1, '0.001 … 1 · log'],
  ['linear', null, null, '−∞ … ∞'],
  ['category', null, null, 'gbdt, lgbm'],
] as const)('A parameter on the scale %s from %s to %s is written as %j', (scale, low, high, text) =>
  expect(axisText({ scale, low, high, categories: ['gbdt', 'lgbm'] })).toBe(text),
)
