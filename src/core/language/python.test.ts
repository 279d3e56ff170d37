import { spawnSync } from 'node:child_process'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { Float, LongInteger, toFloat } from '../../contract/values.ts'
import type { Value } from '../../contract/values.ts'
import { parsePythonLiteral } from './literal.ts'
import { toPythonJson, toPythonText } from './python.ts'

describe('JSON for Python', () => {
  it('Python reads every digit of integers, whole floats, NaN and infinities from the JSON', () => {
    const value = {
      seed: new LongInteger(2n ** 63n),
      rate: new Float(1),
      tiny: 1e-7,
      list: [1, true, null, NaN, Infinity, new Float(-Infinity)],
      'é "': 'a\n',
    }

    const code = 'import json, sys; print(repr(json.load(sys.stdin)))'
    const { stdout } = spawnSync('python3', ['-c', code], {
      input: toPythonJson(value),
      encoding: 'utf8',
      env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
    })

    expect(stdout).toBe(
      `{'seed': 9223372036854775808, 'rate': 1.0, 'tiny': 1e-07, 'list': [1, True, None, nan, inf, -inf], 'é "': 'a\\n'}\n`,
    )
  })
})

describe('The text of a value', () => {
  const cases: [Value, string][] = [
    [true, 'True'],
    [null, 'None'],
    [1, '1'],
    [new Float(1), '1.0'],
    [0.00001, '1e-05'],
    [0.0001, '0.0001'],
    [new Float(1e16), '1e+16'],
    [new Float(123456789012345680), '1.2345678901234568e+17'],
    [new Float(-0), '-0.0'],
    [new LongInteger(2n ** 64n), '18446744073709551616'],
    [[1, 'a', [new Float(2), new LongInteger(-(2n ** 64n))]], "[1, 'a', [2.0, -18446744073709551616]]"],
    [{ a: "it's" }, `{'a': "it's"}`],
    ["it's", "it's"],
  ]

  it.each(cases)('The text of %j is %s', (value, text) => {
    expect(toPythonText(value)).toBe(text)
  })

  it('The text of any float is what Python prints', () => {
    const doubles = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { numRuns: 500, seed: 5 })
    const code = 'import json, sys; print(json.dumps([repr(float(x)) for x in json.load(sys.stdin)]))'
    const { stdout } = spawnSync('python3', ['-c', code], {
      input: JSON.stringify(doubles.map((number) => (Object.is(number, -0) ? '-0.0' : String(number)))),
      encoding: 'utf8',
    })

    expect(doubles.map((number) => toPythonText(toFloat(number)))).toEqual(JSON.parse(stdout))
  })
})

describe('A text read as a Python literal', () => {
  const cases: [string, Value | undefined][] = [
    ['12', 12],
    ['+4', 4],
    ['0x10', 16],
    ['1_000', 1000],
    ['1e-3', 0.001],
    ['.5', 0.5],
    ['1.', new Float(1)],
    ["'a'", 'a'],
    ['[1,"a"]', [1, 'a']],
    ['{"a": 1}', { a: 1 }],
    ['1,2', [1, 2]],
    ['(1,)', [1]],
    ['None', null],
    ['True', true],
    ['true', undefined],
    ['nan', undefined],
    ['007', undefined],
    ['1+1', undefined],
    ['', undefined],
    ['relu', undefined],
    ['99999999999999999999', new LongInteger(99999999999999999999n)],
    ['-0xFFFFFFFFFFFFFFFF', new LongInteger(-(2n ** 64n) + 1n)],
    ['['.repeat(500), undefined],
    ['{"__proto__": 1}', JSON.parse('{"__proto__": 1}')],
  ]

  it.each(cases)('The text "%s" is read as a Python literal or refused', (text, value) => {
    expect(parsePythonLiteral(text)).toEqual(value)
  })
})
