import { describe, expect, it } from 'vitest'

import type { CheckView } from '../../../src/contract/routes/submissions.ts'
import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import { useServer } from '../../support/used-server.ts'

const used = useServer()

describe('a check of a document', () => {
  const check = async (text: string) =>
    (await used.server.call<CheckView>('POST', '/checks', { sources: [{ file: 'a.yml', text }] })).body

  it('A check of a document returns its plan, trials and commands and runs nothing', async () => {
    const text =
      'version: 1\nkind: group\nhptuning: {matrix: {x: {values: [1, 2, 3, 4]}}}\nrun: {cmd: "echo {{ x }}"}\n'
    const before = (await used.server.call<RunPageView>('GET', '/runs?count=true')).body.total

    const { errors, plan, trials, first } = await check(text)
    expect([errors, plan!['kind'], trials, first.map(({ command }) => command)]).toEqual([
      [],
      'group',
      4,
      ['echo 1', 'echo 2', 'echo 3', 'echo 4'],
    ])
    expect((await used.server.call<RunPageView>('GET', '/runs?count=true')).body.total).toBe(before)
  })

  it('A check of a wrong document returns each problem with its place and its remedy', async () => {
    const checked = await check('version: 1\nkind: experimant\nrun: {cmd: 1}\n')
    expect(checked).toMatchObject({
      plan: null,
      trials: null,
      first: [],
      errors: [{ file: 'a.yml', line: 2, remedy: expect.stringMatching(/\w/) as string }],
    })
    expect((await used.server.call<{ anyOf: unknown[] }>('GET', '/language')).body.anyOf.length).toBeGreaterThan(3)
  })
})
