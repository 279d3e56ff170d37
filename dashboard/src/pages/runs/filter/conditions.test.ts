import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { formatFilter } from '../../../../../src/core/filter/format.ts'
import { parseFilter } from '../../../../../src/core/filter/parse-filter.ts'
import { isBalanced } from '../../../state/filter-text.ts'
import { conditionsOf, OPERATORS, withCondition, writeCondition } from './conditions.ts'

describe('a condition', () => {
  it.each([
    ['phase', '=', 'failed', 'phase = failed'],
    ['p.lr', '<', '1e-3', 'p.lr < 1e-3'],
    ['created', '>', '-7d', 'created > -7d'],
    ['name', 'contains', 'two words', 'name contains "two words"'],
    ['tag', 'in', 'prod, re-run ,', 'tag in (prod, "re-run")'],
    ['p.x', 'is missing', 'ignored', 'p.x is missing'],
    ['name', '=', 'and', 'name = "and"'],
    ['name', '=', '', 'name = ""'],
    ['name', '=', '検索', 'name = 検索'],
    ['name', '=', 'a "b"', 'name = "a \\"b\\""'],
    ['p.学習 率', '=', '1', 'p."学習 率" = 1'],
    ['m.val loss.min', '<', '1', 'm."val loss".min < 1'],
    ['p."x y"', '=', '1', 'p."x y" = 1'],
  ] as const)('The condition on %s with the operator %s and the value %j is %s', (field, operator, value, expected) => {
    expect(writeCondition(field, operator, value)).toBe(expected)
  })

  it('A condition with any value can be parsed as a filter', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...OPERATORS),
        fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
        (operator, value) => {
          fc.pre(operator !== 'in' || value.split(',').some((part) => part.trim() !== ''))
          const text = writeCondition('p.x', operator, value)
          expect(formatFilter(parseFilter(text))).not.toBe('')
        },
      ),
    )
  })
})

describe('brackets', () => {
  it.each([
    ['', true],
    ['(a = 1) and (b = 2)', true],
    ['a = 1) or (b = 2', false],
    ['(a = 1', false],
    ['a = ")"', true],
    ['a = "(', false],
  ])('The brackets of %j are closed: %s', (filter, expected) => expect(isBalanced(filter)).toBe(expected))
})

describe('the conditions of a filter', () => {
  it.each([
    ['', []],
    ['a = 1', ['a = 1']],
    ['a = 1 and (b = 2 or c = 3) and d = "x and y"', ['a = 1', '(b = 2 or c = 3)', 'd = "x and y"']],
    ['a = 1 or b = 2', undefined],
    ["a = 'or' AND band = 1", ["a = 'or'", 'band = 1']],
  ])('The conditions of the filter %j are %j', (filter, expected) => expect(conditionsOf(filter)).toEqual(expected))

  it('A condition is added to a filter, and an `or` in the filter is put in brackets', () => {
    expect(withCondition('', 'a = 1')).toBe('a = 1')
    expect(withCondition(' b = 2 ', 'a = 1')).toBe('b = 2 and a = 1')
    expect(withCondition('b = 2 or c = 3', 'a = 1')).toBe('(b = 2 or c = 3) and a = 1')
  })
})
