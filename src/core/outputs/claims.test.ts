import { describe, expect, it } from 'vitest'

import { decideRelease } from './claims.ts'
import type { OutputClaims } from './claims.ts'

const NONE: OutputClaims = { openWriter: null, hasOtherWriters: false, isToBeCopied: false }

describe('decideRelease', () => {
  it.each([
    ['nothing needs the outputs', NONE, 'remove'],
    ['an ended run wrote to them too', { ...NONE, hasOtherWriters: true }, 'keep'],
    ['a run writes to them', { ...NONE, hasOtherWriters: true, openWriter: 7 }, 'keep'],
    ['a copy is still to be made', { ...NONE, isToBeCopied: true }, 'wait'],
    [
      'a copy is still to be made and another run wrote to them',
      { ...NONE, isToBeCopied: true, hasOtherWriters: true },
      'wait',
    ],
  ] as const)('where %s', (_, claims, release) => {
    expect(decideRelease(claims)).toBe(release)
  })
})
