import { expect, it } from 'vitest'

import { classifyFault } from './faults.ts'

const sqlite = (errcode: number) => Object.assign(new Error('x'), { code: 'ERR_SQLITE_ERROR', errcode })
const withCode = (code: string) => Object.assign(new Error('x'), { code })

it.each([
  ['busy', sqlite(5), 'conflict'],
  ['busy with a snapshot', sqlite(517), 'conflict'],
  ['full', sqlite(13), 'full'],
  ['no room for the index of the log', sqlite(4874), 'full'],
  ['a failed sync', sqlite(1034), 'broken'],
  ['a failed write', sqlite(778), 'broken'],
  ['not a database', sqlite(26), 'broken'],
  ['a constraint', sqlite(19), undefined],
  ['a refusal of a trigger', sqlite(1811), undefined],
  ['serialization', withCode('40001'), 'conflict'],
  ['deadlock', withCode('40P01'), 'conflict'],
  ['disk full', withCode('53100'), 'full'],
  ['too many connections', withCode('53300'), 'unreachable'],
  ['shut down by an operator', withCode('57P01'), 'unreachable'],
  ['starting up', withCode('57P03'), 'unreachable'],
  ['a replica now', withCode('25006'), 'unreachable'],
  ['a transaction that stood still', withCode('25P03'), 'unreachable'],
  ['no memory', sqlite(7), 'unreachable'],
  ['a file that cannot be opened', sqlite(14), 'unreachable'],
  ['a page that is damaged', withCode('XX001'), 'broken'],
  ['an internal error of a statement', withCode('XX000'), undefined],
  ['a unique key', withCode('23505'), undefined],
  ['a syntax error', withCode('42601'), undefined],
  ['refused', withCode('ECONNREFUSED'), 'unreachable'],
  ['reset', withCode('ECONNRESET'), 'unreachable'],
  ['cut off', new Error('Connection terminated unexpectedly'), 'unreachable'],
  ['not queryable', new Error('Client has encountered a connection error and is not queryable'), 'unreachable'],
  ['no connection in time', new Error('timeout exceeded when trying to connect'), 'unreachable'],
  ['a mistake', new TypeError('undefined is not a function'), undefined],
] as const)('classifyFault returns the kind of the failure "%s"', (_, error, kind) => {
  expect(classifyFault(error)).toBe(kind)
})
