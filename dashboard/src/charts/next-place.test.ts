import { describe, expect, it } from 'vitest'

import { nextPicked } from './next-place.ts'

const placed = [
  { item: 'b', x: 20, y: 5 },
  { item: 'a', x: 10, y: 9 },
  { item: 'hidden', x: 15, y: -100 },
  { item: 'c', x: 20, y: 8 },
]
const at = (item: string) => placed.find((one) => one.item === item)

describe('keys on a chart', () => {
  it.each([
    [undefined, 'ArrowRight', 'a'],
    ['a', 'ArrowRight', 'b'],
    ['b', 'ArrowDown', 'c'],
    ['c', 'ArrowRight', 'c'],
    ['b', 'ArrowLeft', 'a'],
    ['a', 'ArrowUp', 'a'],
    [undefined, 'ArrowLeft', 'c'],
    ['b', 'Home', 'a'],
    ['a', 'End', 'c'],
    ['a', 'x', undefined],
  ])('With %s picked, the key %s picks %s', (from, key, to) => {
    expect(nextPicked(placed, from === undefined ? undefined : at(from), key)?.item).toBe(to)
  })

  it('An arrow key picks nothing on a chart without items', () => {
    expect(nextPicked([], undefined, 'ArrowRight')).toBeUndefined()
  })
})
