import { describe, expect, it } from 'vitest'

import { detailText } from '../../contract/messages/messages.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import { toFloat, toPlain } from '../../contract/values.ts'
import type { ValueMap } from '../../contract/values.ts'
import { checkPoint } from './points.ts'

const SPACE: SearchSpace = [
  { name: 'x', kind: 'uniform', low: 0, high: 2 },
  { name: 'n', kind: 'int', low: 1, high: 8 },
  { name: 'kind', kind: 'values', values: ['sgd', 'adam'] },
  { name: 'momentum', kind: 'uniform', low: 0, high: 1, when: { name: 'kind', in: ['sgd'] } },
]
const point: ValueMap = { x: 0.5, n: 3, kind: 'sgd', momentum: 0.9 }
const check = (given: ValueMap, constraints: readonly string[] = []) => checkPoint(SPACE, constraints, given)
const problem = (given: ValueMap, constraints?: readonly string[]) => {
  const checked = check(given, constraints)
  return 'problem' in checked ? detailText('en', checked.problem) : undefined
}

describe('a point that a person gives', () => {
  it.each<[string, ValueMap, ValueMap]>([
    ['as it stands', point, point],
    ['a float for a whole number', { ...point, n: toFloat(3) }, point],
    ['a whole number for a float', { ...point, x: 1 }, { ...point, x: 1 }],
    ['without what is not there', { x: 0.5, n: 3, kind: 'adam' }, { x: 0.5, n: 3, kind: 'adam' }],
    ['with what is not there', { ...point, kind: 'adam' }, { x: 0.5, n: 3, kind: 'adam' }],
  ])('A given point is accepted: %s', (_name, given, expected) => {
    const checked = check(given)
    expect('point' in checked && toPlain(checked.point)).toEqual(expected)
  })

  it('An accepted point has its values as the space writes them', () => {
    const checked = check({ ...point, x: 1, n: toFloat(3) })
    expect('point' in checked && checked.point).toEqual({ ...point, x: toFloat(1), n: 3 })
  })

  it.each<[string, ValueMap, RegExp]>([
    ['an unknown name', { ...point, y: 1 }, /y is not a parameter/],
    ['a missing value', { x: 0.5, kind: 'adam' }, /n has no value/],
    ['a number outside', { ...point, x: 2.5 }, /x cannot be 2\.5; the nearest value is 2/],
    ['a number between two', { ...point, n: 3.5 }, /n cannot be 3\.5/],
    ['a word that there is not', { ...point, kind: 'rms' }, /kind cannot be/],
    ['a word for a number', { ...point, n: 'three' }, /n cannot be "?'?three'?"?; it is one such as \d/],
  ])('A given point is refused: %s', (_name, given, message) => expect(problem(given)).toMatch(message))

  it.each<[string, ValueMap, RegExp]>([
    ['a number', { a: 9 }, /a cannot be 9; the nearest value is 2$/],
    ['a number between', { a: 1.4 }, /the nearest value is 1$/],
    ['a word', { a: 'x' }, /a cannot be x; it is one of 1, 2, auto$/],
  ])('A refusal names the nearest listed value: %s', (_name, given, message) => {
    const checked = checkPoint([{ name: 'a', kind: 'values', values: [1, 2, 'auto'] }], [], given)
    expect('problem' in checked && detailText('en', checked.problem)).toMatch(message)
  })

  it('A given point must meet the constraints', () => {
    expect(problem(point, ['n < 3'])).toMatch(/constraints/)
    expect(problem(point, ['n <= 3'])).toBeUndefined()
  })

  it('Two ways to write the same point have the same key', () => {
    const key = (given: ValueMap) => {
      const checked = check(given)
      return 'key' in checked && checked.key
    }
    expect(key({ ...point, n: toFloat(3) })).toBe(key(point))
    expect(key({ ...point, kind: 'adam', momentum: 0.1 })).toBe(key({ x: 0.5, n: 3, kind: 'adam' }))
    expect(key({ ...point, momentum: 0.1 })).not.toBe(key(point))
  })
})
