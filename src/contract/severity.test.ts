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
  ['0 errors, no error: error_rate=0.1', undefined],
  ['epoch 3: train error 0.21, mean squared error: 3, error: 1.5e-3', undefined],
  ['finished without exceptions', undefined],
  ['no error before, then error: bad input', 'error'],
  ['error: 404 not found', 'error'],
  ['error=0.1 loss=2', 'error'],
  ['error: 0.25, loss: 2', undefined],
  ['test error 3 %', undefined],
  ['validation error: field lr missing', 'error'],
  ['1 validation error for Config', 'error'],
  ['test error: cannot open file', 'error'],
  ['ERROR 2.5s worker lost', 'error'],
  ['Error: 3.2 GB needed, 1 GB free', 'error'],
  ['error: 0 devices found', 'error'],
])('The severity of the line %j is %j', (text, expected) => expect(severityOf(text)).toBe(expected))
