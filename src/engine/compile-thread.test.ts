import { expect, it } from 'vitest'

import { checkDocument } from '../core/language/check.ts'
import { SpecError } from '../core/language/document.ts'
import { loadPlan } from '../core/language/load.ts'
import { createCompileThread } from './compile-thread.ts'

const source = (text: string) => [{ file: 'a.yml', text }]
const GOOD = source(
  'version: 1\nkind: experiment\nparams: {seed: 18446744073709551615, lr: 1.0, x: .nan, z: -0.0}\nrun: {cmd: "t {{ seed }} {{ lr }}"}',
)

it('A document compiled in a thread gives exactly the plan and the check that it gives without a thread', async () => {
  await using compiler = createCompileThread()
  const [compiled, checked] = await Promise.all([compiler.load(GOOD, { lr: '2' }), compiler.check(GOOD, {}, 10)])

  expect(compiled).toEqual(loadPlan(GOOD, { lr: '2' }))
  expect(checked).toEqual(checkDocument(GOOD, {}, 10))
})

it('The problems of a document that is compiled in a thread have their lines and columns', async () => {
  await using compiler = createCompileThread()
  const error = await compiler
    .load(source('version: 1\nkind: experiment\nruns: x'), {})
    .catch((reason: unknown) => reason)

  expect(error).toBeInstanceOf(SpecError)
  expect((error as SpecError).problems).toMatchObject([{ code: 'unknown_key_near', line: 3, column: 1 }])
})

it('A document that takes too long to compile is refused, and the next one is compiled', async () => {
  await using compiler = createCompileThread(1_500)
  const slow = `version: 1\nkind: experiment\nrun: {cmd: t}\n${Array.from({ length: 90_000 }, (_, index) => `x${index}: 1\n`).join('')}`
  const [first, second] = await Promise.all([
    compiler.check(source(slow), {}, 1).catch((reason: unknown) => reason),
    compiler.check(GOOD, {}, 1),
  ])

  expect(first).toMatchObject({
    code: 'invalid',
    args: { detail: { detail: 'document_slow', args: { seconds: 1.5 } } },
  })
  expect(second.trials).toBe(1)
})
