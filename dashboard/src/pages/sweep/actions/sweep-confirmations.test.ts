import { beforeAll, expect, it, vi } from 'vitest'

import { loadTexts } from '../../../texts/texts.ts'
import { confirmationOf } from './sweep-confirmations.ts'

vi.hoisted(() => vi.stubGlobal('document', { documentElement: { lang: 'en' } }))
beforeAll(loadTexts)

const sweep = { trials: 50, counts: { succeeded: 8, failed: 3 }, concurrency: 4 }

it.each([
  ['stop', sweep, /\b11\b/, false],
  ['delete', sweep, /\b11\b/, false],
  ['restart', sweep, /\b50\b.*\b4\b/, true],
  ['restart', { ...sweep, trials: null }, /∞.*\b4\b/, true],
  ['retry', sweep, /\b3\b/, true],
] as const)('The dialog that confirms %s of %j names the runs: %s', (action, of, text, isHarmless) => {
  const confirmation = confirmationOf(action, of)
  expect(confirmation.text).toMatch(text)
  expect(confirmation.isHarmless).toBe(isHarmless)
})
