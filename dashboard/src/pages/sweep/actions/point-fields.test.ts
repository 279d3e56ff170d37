import { expect, it } from 'vitest'

import { fieldPlaceholder, toFieldText, toPoint } from './point-fields.ts'

it.each([
  [undefined, ''],
  [null, ''],
  ['gbdt', 'gbdt'],
  [0.1, '0.1'],
  [true, 'true'],
  [[1, 2], '[1,2]'],
])('A field starts with the value %j as %j', (value, text) => expect(toFieldText(value)).toBe(text))

it.each([
  [null, null, ['a', 'b', 'c', 'd'], 'a, b, c'],
  [0.01, 1, [], '0.01 … 1'],
  [1, null, [], '1 … '],
  [null, null, [], ''],
])('A field of a parameter from %s to %s with the categories %j suggests %j', (low, high, categories, text) =>
  expect(fieldPlaceholder({ low, high, categories })).toBe(text),
)

it('The values of a point are numbers, truth values or texts, as they are written', () =>
  expect(toPoint({ lr: '0.1', on: 'true', kind: 'gbdt', depth: '', path: '/a b' })).toEqual({
    lr: 0.1,
    on: true,
    kind: 'gbdt',
    path: '/a b',
  }))
