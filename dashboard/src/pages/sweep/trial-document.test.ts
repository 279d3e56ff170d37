import { describe, expect, it } from 'vitest'

import { loadPlan } from '../../../../src/core/language/load.ts'
import { toTrialDocument } from './trial-document.ts'

const SWEEP = `version: 1
kind: group
name: valley
hptuning:
  matrix:
    lr: {uniform: [0, 1]}
  # under it

  random_search: {n_experiments: 3}
run:
  cmd: python train.py {{ lr }} {{ mode }}
`

describe("a trial's document", () => {
  it('The document of a trial is that of its sweep without the search, with the values of the trial', () => {
    const { text, params } = toTrialDocument(SWEEP, { lr: 0.25, mode: 'a "b"' })
    expect(text).toBe(
      'version: 1\nkind: experiment\nparams:\n  "lr": 0.25\n  "mode": "a \\"b\\""\nname: valley\nrun:\n  cmd: python train.py {{ lr }} {{ mode }}\n',
    )
    expect(params).toEqual({})
    expect(loadPlan([{ file: 'a.yml', text }]).plan).toMatchObject({
      kind: 'experiment',
      command: { display: `python train.py 0.25 'a "b"'` },
    })
  })

  it('The values of a trial stand beside a document that has parameters of its own', () => {
    const { text, params } = toTrialDocument(SWEEP.replace('name: valley', 'params: {mode: slow}'), {
      lr: 0.25,
      mode: 'slow',
    })
    expect(params).toEqual({ lr: '0.25', mode: 'slow' })
    expect(loadPlan([{ file: 'a.yml', text }], params).plan).toMatchObject({
      kind: 'experiment',
      command: { display: 'python train.py 0.25 slow' },
    })
  })

  it('A document may end with its search or have none', () => {
    expect(toTrialDocument('kind: group\nrun: {cmd: a}\nhptuning: {x: 1}', {}).text).toBe(
      'kind: experiment\nrun: {cmd: a}',
    )
    expect(toTrialDocument('kind: job\nrun: {cmd: a}', {}).text).toBe('kind: job\nrun: {cmd: a}')
  })
})
