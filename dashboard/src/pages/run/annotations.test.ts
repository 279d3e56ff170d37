import { expect, it } from 'vitest'

import { changesOf, toTexts } from './annotations.ts'

const initial = toTexts({ name: 'baseline', tags: ['a', 'b'], note: null })

it('The form starts with the annotations as texts', () =>
  expect(initial).toEqual({ name: 'baseline', tags: 'a, b', note: '' }))

it.each([
  ['nothing', {}, {}],
  ['a name', { name: ' best ' }, { name: 'best' }],
  ['a name to nothing', { name: ' ' }, { name: null }],
  ['a note', { note: 'next: 0.2\n' }, { note: 'next: 0.2' }],
  ['tags with all kinds of commas', { tags: 'a, b、c，a, ,d' }, { tags: ['a', 'b', 'c', 'd'] }],
  ['tags to nothing', { tags: '' }, { tags: [] }],
])('A form that changed %s sends only that', (_name, texts, expected) =>
  expect(changesOf(initial, { ...initial, ...texts })).toEqual(expected),
)
