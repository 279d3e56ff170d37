import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { AS_IT_IS, isBrushed, moveAxis, readParallelState, turnAxis, writeParallelState } from './parallel-state.ts'
import type { ParallelState } from './parallel-state.ts'

const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
  fc.constantFrom('-', 'a:0~1', 'a,b', '__proto__'),
)
const brush = fc
  .tuple(fc.integer({ min: 0, max: 499 }), fc.integer({ min: 500, max: 1_000 }))
  .map(([low, high]) => [low / 1_000, high / 1_000] as const)
const state: fc.Arbitrary<ParallelState> = fc.record({
  brushes: fc
    .uniqueArray(fc.tuple(name, fc.array(brush, { minLength: 1, maxLength: 3 })), {
      maxLength: 3,
      selector: ([key]) => key,
    })
    .map((entries) => Object.fromEntries(entries)),
  order: fc.uniqueArray(name, { maxLength: 5 }),
  inverted: fc.uniqueArray(name, { maxLength: 5 }),
})

function toQuery(given: ParallelState): URLSearchParams {
  return new URLSearchParams(
    Object.entries(writeParallelState(given)).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  )
}

describe('the state of parallel coordinates', () => {
  it('comes back from the address as it went in', () => {
    fc.assert(
      fc.property(state, (given) => {
        expect(readParallelState(toQuery(given))).toEqual(given)
      }),
    )
  })

  it('leaves the address as it is where nothing was done', () => expect(toQuery(AS_IT_IS).toString()).toBe(''))

  it.each(['a', 'a:', 'a:1~0', 'a:0.2~1.5', 'a:-1~1', 'a:x~1', ':0~1', 'a:0.1.2~1'])(
    'passes over the brush %j',
    (text) =>
      expect(isBrushed(readParallelState(new URLSearchParams({ brush: encodeURIComponent(text) })))).toBe(false),
  )

  it('moves an axis to a place among all', () => {
    expect(moveAxis(['a', 'b', 'c'], 'a', 2)).toEqual(['b', 'c', 'a'])
    expect(moveAxis(['a', 'b', 'c'], 'c', 0)).toEqual(['c', 'a', 'b'])
  })

  it('turns an axis over with its brushes, and back', () => {
    const given: ParallelState = { ...AS_IT_IS, brushes: { a: [[0, 0.25]], b: [[0, 0.5]] } }
    const turned = turnAxis(given, 'a')
    expect(turned).toEqual({ ...AS_IT_IS, inverted: ['a'], brushes: { a: [[0.75, 1]], b: [[0, 0.5]] } })
    expect(turnAxis(turned, 'a')).toEqual(given)
  })
})
