import { expect, it } from 'vitest'

import { severityOf } from './severity.ts'

it.each([
  ['ValueError: bad', 'error'],
  ['Traceback (most recent call last):', 'error'],
  ['killed: out of memory', 'error'],
  ['UserWarning: 118 titles are empty', 'warning'],
  ['WARN retry', 'warning'],
  ['terror and warned-off', undefined],
  ['step=1 loss=0.3', undefined],
])('%j sounds like %j', (text, expected) => expect(severityOf(text)).toBe(expected))
