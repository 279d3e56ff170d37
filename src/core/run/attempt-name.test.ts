import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { attemptName, parseAttemptName } from './attempt-name.ts'

describe('the name of an attempt', () => {
  it('The name of every attempt is parsed back into its numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }), fc.integer({ min: 1 }), (runNumber, n) => {
        expect(parseAttemptName(attemptName(runNumber, n))).toEqual({ runNumber, n })
      }),
    )
  })

  it.each([
    '',
    'hagane-1',
    'hagane-1-',
    'hagane-0-1',
    'hagane-1-0',
    'hagane-01-1',
    'hagane-1-1.x',
    ' hagane-1-1',
    'x-1-1',
  ])('The text %j is no name of an attempt', (text) => expect(parseAttemptName(text)).toBeUndefined())
})
