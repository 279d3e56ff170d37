import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  INITIAL_PARALLEL_STATE,
  isBrushed,
  moveAxis,
  readParallelState,
  invertAxis,
  writeParallelState,
} from './parallel-state.ts'
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
  it('The state of parallel coordinates is read from the address as it was written', () => {
    fc.assert(
      fc.property(state, (given) => {
        expect(readParallelState(toQuery(given))).toEqual(given)
      }),
    )
  })

  it('The initial state writes nothing into the address', () =>
    expect(toQuery(INITIAL_PARALLEL_STATE).toString()).toBe(''))

  it.each(['a', 'a:', 'a:1~0', 'a:0.2~1.5', 'a:-1~1', 'a:x~1', ':0~1', 'a:0.1.2~1'])(
    'The malformed brush %j is ignored',
    (text) =>
      expect(isBrushed(readParallelState(new URLSearchParams({ brush: encodeURIComponent(text) })))).toBe(false),
  )

  it('An axis moves to another place among all axes', () => {
    expect(moveAxis(['a', 'b', 'c'], 'a', 2)).toEqual(['b', 'c', 'a'])
    expect(moveAxis(['a', 'b', 'c'], 'c', 0)).toEqual(['c', 'a', 'b'])
  })

  it('An axis is inverted together with its brushes, and inverting it again restores both', () => {
    const given: ParallelState = { ...INITIAL_PARALLEL_STATE, brushes: { a: [[0, 0.25]], b: [[0, 0.5]] } }
    const turned = invertAxis(given, 'a')
    expect(turned).toEqual({ ...INITIAL_PARALLEL_STATE, inverted: ['a'], brushes: { a: [[0.75, 1]], b: [[0, 0.5]] } })
    expect(invertAxis(turned, 'a')).toEqual(given)
  })
})
