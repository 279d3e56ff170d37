import { describe, expect, it } from 'vitest'

import { toJsonSchema } from '../../../src/contract/json-schema.ts'
import { suggest } from './schema.ts'
import type { JsonSchema } from './schema.ts'
import { yamlPlaceAt } from './yaml-place.ts'

/** Splits a document at `|`, the cursor, into its text and the place of the cursor. */
function at(marked: string) {
  const offset = marked.indexOf('|')
  const text = marked.slice(0, offset) + marked.slice(offset + 1)
  return { text, place: yamlPlaceAt(text, offset) }
}

describe('the place of a cursor in YAML', () => {
  it.each([
    ['|', [], 'key', ''],
    ['ver|', [], 'key', 'ver'],
    ['kind: |', ['kind'], 'value', ''],
    ['kind: exp|', ['kind'], 'value', 'exp'],
    ['run:\n  |', ['run'], 'key', ''],
    ['run:\n  c|', ['run'], 'key', 'c'],
    ['run:\n  cmd: a\nna|', [], 'key', 'na'],
    ['a:\n  b:\n    c: 1\n  |', ['a'], 'key', ''],
    ['a:\n  b:\n\n    # said\n    |', ['a', 'b'], 'key', ''],
    ['tags:\n  - a\n  - |', ['tags', 1], 'key', ''],
    ['tags:\n- a\n- b|', ['tags', 1], 'key', 'b'],
    ['inputs:\n  - name: x\n    ty|', ['inputs', 0], 'key', 'ty'],
    ['inputs:\n- name: x\n- name: y\n  type: |', ['inputs', 1, 'type'], 'value', ''],
    ['hptuning: {|', ['hptuning'], 'key', ''],
    ['hptuning: {metric: {name: loss, opt|', ['hptuning', 'metric'], 'key', 'opt'],
    ['hptuning:\n  metric: {name: loss, optimization: max|', ['hptuning', 'metric', 'optimization'], 'value', 'max'],
    ['a: {b: [1, {c: |', ['a', 'b', 1, 'c'], 'value', ''],
    ['a: {b: {c: 1}, |', ['a'], 'key', ''],
    ['a: {b: ": {", |', ['a'], 'key', ''],
    ['a: {b: 1}\n|', [], 'key', ''],
    ['"odd key":\n  |', ['odd key'], 'key', ''],
    ['a: 日本\nラベル: |', ['ラベル'], 'value', ''],
    ['cmd: python -c "x: y" |', ['cmd'], 'value', 'python -c "x: y" '],
  ])('The cursor in %j has the path %j', (marked, path, position, prefix) => {
    expect(at(marked).place).toMatchObject({ path, position, prefix })
  })

  it('A cursor in a comment has no place', () => {
    expect(at('a: 1 # not |').place).toBeUndefined()
    expect(at('# |').place).toBeUndefined()
  })

  it('The place of a cursor contains the other keys of its mapping, above and below', () => {
    expect(at('a: 1\nb:\n  x: 1\n|\nc: 2').place!.siblings).toEqual(['b', 'a', 'c'])
    expect(at('b:\n  x: 1\n  |\n  y: 2\nc: 1').place!.siblings).toEqual(['x', 'y'])
    expect(at('b: {x: 1, |').place!.siblings).toEqual(['x'])
    expect(at('a:\n  - b: 1\n    c: 2\n  - |').place!.siblings).toEqual([])
    expect(at('a:\n  - b: 1\n    |\n    d: 1\n  - c: 2').place!.siblings).toEqual(['b', 'd'])
  })
})

describe('completion', () => {
  const schema = toJsonSchema() as JsonSchema
  const texts = (marked: string): string[] => {
    const { text, place } = at(marked)
    return suggest(schema, text, place!).map((one) => one.text)
  }

  it.each([
    ['|', ['version', 'kind', 'run', 'environment']],
    ['version: 1\nkind: |', ['experiment', 'group', 'job']],
    ['kind: group\n|', ['hptuning', 'run']],
    ['kind: group\nhptuning:\n  |', ['concurrency', 'matrix', 'random_search', 'bo', 'early_stopping']],
    ['kind: group\nhptuning:\n  matrix:\n    lr:\n      |', ['values', 'loguniform', 'uniform']],
    ['kind: group\nhptuning:\n  metric: {name: loss, optimization: |', ['maximize', 'minimize']],
    ['kind: experiment\nrun:\n  |', ['cmd']],
  ])('The suggestions in %j include %j', (marked, expected) =>
    expect(texts(marked)).toEqual(expect.arrayContaining(expected)),
  )

  it.each([
    ['kind: experiment\n|', 'hptuning'],
    ['kind: experiment\n|', 'kind'],
    ['kind: job\nnowhere:\n  |', 'run'],
  ])('The suggestions in %j do not include %s', (marked, not) => expect(texts(marked)).not.toContain(not))

  it('Required keys are suggested first', () => {
    const { text, place } = at('|')
    expect(
      suggest(schema, text, place!)
        .filter((one) => one.isRequired)
        .map((one) => one.text),
    ).toEqual(['version', 'kind'])
    expect(suggest(schema, text, place!)[0]!.isRequired).toBe(true)
  })
})
