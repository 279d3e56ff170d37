import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Problem } from '../../contract/problems.ts'
import { Float, isValueMap, LongInteger } from '../../contract/values.ts'
import { SpecError } from './document.ts'
import type { Document } from './document.ts'
import { loadPlan } from './load.ts'
import { parseDocument } from './parse-document.ts'

const read = (...texts: string[]): Document =>
  parseDocument(texts.map((text, index) => ({ file: `${index}.yml`, text })))

function problemsOf(work: () => unknown): readonly Problem[] {
  try {
    work()
  } catch (error) {
    if (error instanceof SpecError) return error.problems
    throw error
  }
  return []
}

const codesOf = (text: string) => [...new Set(problemsOf(() => read(text)).map((problem) => problem.code))]
const places = (problems: readonly Problem[]) =>
  problems.map(({ code, file, line, column }) => `${file}:${line}:${column} ${code}`).toSorted()

describe('Values', () => {
  const cases: readonly [text: string, value: unknown][] = [
    ['1', 1],
    ['-0', 0],
    ['!!int -0', 0],
    ['-0.0', new Float(-0)],
    ['1.0', new Float(1)],
    ['1e3', new Float(1000)],
    ['1e-3', 0.001],
    ['.5', 0.5],
    ['-.inf', -Infinity],
    ['.nan', NaN],
    ['0x1F', 31],
    ['0xe', 14],
    ['0o17', 15],
    ['010', 10],
    ['1_000', '1_000'],
    ['1:10:2', '1:10:2'],
    ['99999999999999999999', new LongInteger(99999999999999999999n)],
    ['-9223372036854775808', new LongInteger(-(2n ** 63n))],
    ['0xFFFFFFFFFFFFFFFF', new LongInteger(2n ** 64n - 1n)],
    ['"99999999999999999999"', '99999999999999999999'],
    ['9007199254740991', 9007199254740991],
    ['true', true],
    ['yes', 'yes'],
    ['"1"', '1'],
    ['2020-01-31', '2020-01-31'],
    ['~', null],
    ['', null],
    ['!!float 1.0', new Float(1)],
    ['!!str 1', '1'],
    ['[1, [2]]', [1, [2]]],
    ['{1: a, 1.0: b, true: c}', { '1': 'a', '1.0': 'b', true: 'c' }],
  ]

  it.each(cases)('The YAML value %s is read', (text, value) => expect(read(`v: ${text}`).data['v']).toEqual(value))

  it('A JSON document is read as JSON.parse reads it', () => {
    const json = fc
      .jsonValue({ maxDepth: 4 })
      .filter((value) => isValueMap(value) && !/-0|\d{16}|e[+-]?\d/.test(JSON.stringify(value)))
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(JSON.stringify(read(JSON.stringify(value)).data))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('Merging', () => {
  it('Mappings are merged key by key; any other value, also null, replaces the earlier one', () => {
    const merged = read('a: {b: 1, c: [1, 2], d: {e: 1}}\nx: 1\ny: {z: 1}', 'a: {c: [3], d: {f: 2}}\nx: {deep: 1}\ny:')
    expect(merged.data).toEqual({ a: { b: 1, c: [3], d: { e: 1, f: 2 } }, x: { deep: 1 }, y: null })
  })

  it('Each part of a merged document has the place in its own file', () => {
    const merged = read('a:\n  b: 1\n  c: 2\n', 'a:\n\n  c: 3\n')
    expect(merged.locate(['a', 'b'])).toEqual({ file: '0.yml', line: 2, column: 3 })
    expect(merged.locate(['a', 'c'])).toEqual({ file: '1.yml', line: 3, column: 3 })
    expect(merged.locate(['nowhere', 'deep'])).toEqual({ file: '0.yml', line: 1, column: 1 })
  })

  it('A merged document has the warnings of all its files', () => {
    expect(places(read('a: yes\nb: 010', 'c: 1:10\nc: 2').warnings)).toEqual([
      '0.yml:1:4 yaml11_boolean',
      '0.yml:2:4 yaml11_octal',
      '1.yml:1:4 yaml11_sexagesimal',
      '1.yml:2:1 duplicate_key',
    ])
  })

  it('With merge keys own keys take precedence, and earlier anchors of a list over later ones', () => {
    expect(read('a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\nc: {y: 9, <<: [*a, *b]}').data['c']).toEqual({
      x: 1,
      y: 9,
      z: 2,
    })
  })

  it('An alias refers to the last anchor before it, and "<<" in quotes is a plain key', () => {
    expect(read('a: &x 1\nb: *x\nc: &x 2\nd: *x\n"<<": 3').data).toEqual({ a: 1, b: 1, c: 2, d: 2, '<<': 3 })
  })
})

describe('A document that cannot be read', () => {
  const cases: readonly [name: string, text: string, code: string][] = [
    ['nothing', '', 'yaml_empty'],
    ['a comment alone', '# only this', 'yaml_empty'],
    ['null', 'null', 'yaml_not_mapping'],
    ['a list', '- a', 'yaml_not_mapping'],
    ['a scalar', 'text', 'yaml_not_mapping'],
    ['two documents', 'a: 1\n---\nb: 2', 'yaml_multiple'],
    ['a tab', 'a:\n\tb: 1', 'yaml_syntax'],
    ['an open bracket', 'a: [1', 'yaml_syntax'],
    ['a comment inside plain text', 'a: b #c\n  d', 'yaml_syntax'],
    ['an unknown alias', 'a: *nowhere', 'yaml_syntax'],
    ['a tag of another language', 'a: !!python/object:os.system x', 'yaml_syntax'],
    ['a tag of nobody', 'a: !thing x', 'yaml_syntax'],
    ['a list as a key', 'a: {[1, 2]: 3}', 'yaml_syntax'],
    ['a document that is too long', `a: ${'x'.repeat(1_000_001)}`, 'document_too_large'],
  ]

  it.each(cases)('A document is refused: %s', (_name, text, code) => expect(codesOf(text)).toEqual([code]))

  it('A syntax error is reported with its file, line and column', () => {
    expect(places(problemsOf(() => read('a: 1\nb: [1\nc: 2')))).toEqual(['0.yml:2:4 yaml_syntax'])
    expect(places(problemsOf(() => read('a: 1', 'b: 1\nc: *x')))).toEqual(['1.yml:2:4 yaml_syntax'])
  })

  it('Any text is read or refused with a SpecError', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '&a ',
      '*a',
      '<<: ',
      '? ',
      '| ',
      '> ',
      '#',
      '!!str ',
      '!x ',
      '---\n',
      '...',
      '%',
      '\t',
      '1',
      '~',
      '\0',
      '\ud800',
    )

    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => void problemsOf(() => read(pieces.join('')))),
      { numRuns: 1500 },
    )
  })
})

describe('Hostile documents', () => {
  const levels = (count: number, line: (name: string, before: string) => string) =>
    Array.from({ length: count }, (_, index) => line(`n${index + 1}`, `n${index}`)).join('\n')
  const bomb = `n0: &n0 [x,x,x,x,x,x,x,x,x]\n${levels(10, (name, before) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`)}`
  const cases: readonly [name: string, text: string, code: string | undefined][] = [
    ['aliases of aliases of aliases', bomb, 'yaml_too_deep'],
    ['aliases in a list at the top', bomb.replaceAll(/^n\d+:/gm, '-'), 'yaml_not_mapping'],
    [
      'merges of merges',
      `n0: &n0 {a: 1}\n${levels(20, (name, before) => `${name}: &${name} {<<: [*${before}, *${before}, *${before}]}`)}`,
      'yaml_too_deep',
    ],
    ['an alias of itself', 'a: &a [*a]', 'yaml_too_deep'],
    ['open brackets', `a: ${'['.repeat(400_000)}`, 'yaml_too_deep'],
    ['nested lists in brackets', `a: ${'['.repeat(400_000)}${']'.repeat(400_000)}`, 'yaml_too_deep'],
    ['nested mappings in braces', `a: ${'{a: '.repeat(50_000)}${'}'.repeat(50_000)}`, 'yaml_too_deep'],
    ['nested lists in one line', `a:\n ${'- '.repeat(2000)}x`, 'yaml_too_deep'],
    ['nested blocks', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'yaml_too_deep'],
    ['many keys', levels(20_000, (name) => `${name}: 1`), undefined],
    ['many aliases', `n: &n 1\nlist:\n${'  - *n\n'.repeat(20_000)}`, undefined],
    ['many equal keys', 'a: 1\n'.repeat(20_000), undefined],
  ]

  it.each(cases)('A document with %s is read or refused in time', (_name, text, code) => {
    const started = performance.now()
    expect(codesOf(text)).toEqual(code === undefined ? [] : [code])
    expect(performance.now() - started).toBeLessThan(20_000)
  })

  it('A document cannot change a prototype', () => {
    const document = read('__proto__: {x: 1}\na: {<<: {__proto__: {y: 1}}, constructor: 2}', '__proto__: {z: 1}')
    const inner = document.data['a'] as Record<string, unknown>

    expect(Object.keys(document.data)).toEqual(['__proto__', 'a'])
    expect(Object.keys(inner)).toEqual(['__proto__', 'constructor'])
    expect([Object.getPrototypeOf(document.data), Object.getPrototypeOf(inner)]).toEqual([
      Object.prototype,
      Object.prototype,
    ])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('Problems of a document', () => {
  const text = `version: 2
kind: experiment
nmae: x
tags: foo
environment:
  resources:
    cpu: {request: 1}
    memory: {requests: 1Gi}
run:
  cmd: 1
toString: 1
`

  it('All problems of a document are reported at once, each at its place', () => {
    expect(places(problemsOf(() => loadPlan([{ file: 'a.yml', text }])))).toEqual(
      [
        '1:1 version_unsupported',
        '3:1 unknown_key_near',
        '4:1 wrong_type',
        '7:11 unknown_key_near',
        '8:14 wrong_type',
        '10:3 wrong_type',
        '11:1 unknown_key',
      ]
        .map((place) => `a.yml:${place}`)
        .toSorted(),
    )
  })

  it('A problem names its path and what to write instead', () => {
    const problems = problemsOf(() => loadPlan([{ file: 'a.yml', text }]))
    expect(problems.find((problem) => problem.line === 3)).toMatchObject({
      path: 'nmae',
      args: { key: 'nmae', near: 'name' },
    })
    expect(problems.find((problem) => problem.line === 8)).toMatchObject({
      path: 'environment.resources.memory.requests',
      code: 'wrong_type',
      args: { remedy: { detail: 'memory_unit_fix', args: { found: '"1Gi"', meant: '1024' } } },
    })
  })

  it('A problem of a -P parameter is placed at -P', () => {
    const source = {
      file: 'a.yml',
      text: 'version: 1\nkind: experiment\ninputs: [{name: a, type: int}]\nrun: {cmd: "x {{ a }}"}',
    }

    expect(problemsOf(() => loadPlan([source], { a: 'x' }))).toMatchObject([
      { file: '-P', path: 'params.a', code: 'wrong_type' },
    ])
    expect(problemsOf(() => loadPlan([source], { a: '2', b: '3' }))).toMatchObject([
      { file: '-P', path: 'params.b', code: 'io_undeclared' },
    ])
  })

  it('A missing input named like a member of Object is reported', () => {
    const source = {
      file: 'a.yml',
      text: 'version: 1\nkind: experiment\ninputs: [{name: constructor, type: int}]\nrun: {cmd: x}',
    }
    expect(problemsOf(() => loadPlan([source])).map(({ code }) => code)).toEqual(['io_missing'])
  })
})
