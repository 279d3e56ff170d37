import { expect, it } from 'vitest'

import { toOwnDocument } from './own-document.ts'

const BASE = { file: 'base.yml', text: 'version: 1\n' }
const document = (text: string) => ({
  sources: [BASE, { file: 'train.yml', text }],
  params: { epochs: '5' },
  changes: null,
})

it('The document of a run outside sweeps is the submitted one', () => {
  const given = document('kind: experiment')
  expect(toOwnDocument({ sweep: null, params: { lr: 1 } }, given)).toBe(given)
})

it('The document of a trial is that of its sweep without the search and with the parameters of the trial', () => {
  expect(toOwnDocument({ sweep: 3, params: { lr: 1 } }, document('kind: group\nhptuning:\n  seed: 5'))).toEqual(
    document('kind: experiment\nparams:\n  "lr": 1'),
  )
  expect(toOwnDocument({ sweep: 3, params: { lr: 1 } }, document('kind: group\nparams: {lr: 0}'))).toEqual({
    ...document('kind: experiment\nparams: {lr: 0}'),
    params: { epochs: '5', lr: '1' },
  })
})
