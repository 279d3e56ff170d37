import { readdirSync, readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { parseStored, toNumber, toPythonText } from './stored-values.ts'

it.each([
  ['null', 'None', null],
  ['true', 'True', null],
  ['0', '0', 0],
  ['-7', '-7', -7],
  ['12345678901234567890', '12345678901234567890', Number('12345678901234567890')],
  ['1e21', '1000000000000000000000', 1e21],
  ['0.1', '0.1', 0.1],
  ['0.00001', '1e-05', 0.00001],
  ['{"$float":1}', '1.0', 1],
  ['{"$float":"-0"}', '-0.0', -0],
  ['{"$float":1e22}', '1e+22', 1e22],
  ['{"$float":"NaN"}', 'nan', null],
  ['{"$float":"-Infinity"}', '-inf', null],
  ['"a\\u0000\'b"', "a\0'b", null],
  ['["a", 1, {"$float":2}]', "['a', 1, 2.0]", null],
  ['{"lr": 0.5, "it\'s": null}', `{'lr': 0.5, "it's": None}`, null],
])('The stored value %s is %s in Python and has the number %j', (text, python, number) => {
  const value = parseStored(text)
  expect([toPythonText(value), toNumber(value)]).toEqual([python, number])
})

it.each(['{"a":1,"b":[{"$float":3},12345678901234567890,0.1,"x"]}', '{"z":null,"a":{"c":-0.5}}'])(
  'Stored text is written again unchanged: %s',
  (text) => {
    expect(JSON.stringify(parseStored(text))).toBe(text)
  },
)

it('Migrations import nothing that is not a part of them', () => {
  const folder = import.meta.dirname
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const imported = files.flatMap((name) =>
    [...readFileSync(`${folder}/${name}`, 'utf8').matchAll(/from '([^']+)'/g)].map(([, path]) => path!),
  )
  expect(files.length).toBeGreaterThan(7)
  expect(imported.filter((path) => path !== 'kysely' && !path.startsWith('./'))).toEqual([])
})
