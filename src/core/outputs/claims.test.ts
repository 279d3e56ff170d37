import { describe, expect, it } from 'vitest'

import { decideRelease } from './claims.ts'
import type { OutputClaims } from './claims.ts'

const NONE: OutputClaims = { openWriter: null, hasOtherWriters: false, isNeededAtStart: false }

describe('decideRelease', () => {
  it.each([
    ['nothing needs the outputs', NONE, 'remove'],
    ['an ended run wrote to them too', { ...NONE, hasOtherWriters: true }, 'keep'],
    ['a run writes to them', { ...NONE, hasOtherWriters: true, openWriter: 7 }, 'keep'],
    ['a run that has not started needs them', { ...NONE, isNeededAtStart: true }, 'wait'],
    [
      'a run that has not started needs them and another run wrote to them',
      { ...NONE, isNeededAtStart: true, hasOtherWriters: true },
      'wait',
    ],
  ] as const)('where %s', (_, claims, release) => {
    expect(decideRelease(claims)).toBe(release)
  })
})
