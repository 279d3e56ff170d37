import { describe, expect, it } from 'vitest'

import type { Origin, Run } from '../records/run.ts'
import { copiesAtStart, placeOutputs } from './placement.ts'

const run = (number: number, fields: Partial<Run> = {}): Run =>
  ({ id: `id-${number}`, number, outputsOwnerNumber: number, startedAt: null, origin: null, ...fields }) as Run
const from = (kind: Origin['kind'], number: number): Origin => ({ kind, runId: `id-${number}` })

describe('placeOutputs', () => {
  it('gives a new run a folder of its own', () => {
    const fresh = run(5)
    expect(placeOutputs(fresh, { owner: fresh, origin: undefined })).toEqual({
      run: fresh,
      owner: fresh,
      existingOf: null,
      copySource: null,
    })
  })

  it('gives a restarted run a folder of its own', () => {
    const restarted = run(5, { origin: from('restarts', 3) })
    expect(placeOutputs(restarted, { owner: restarted, origin: run(3, { startedAt: 1 }) })).toMatchObject({
      owner: { number: 5 },
      existingOf: null,
      copySource: null,
    })
  })

  it('lets a copy begin with the outputs of its origin, in a folder of its own', () => {
    const copy = run(5, { origin: from('copies', 3) })
    expect(placeOutputs(copy, { owner: copy, origin: run(3) })).toMatchObject({
      owner: { number: 5 },
      existingOf: null,
      copySource: { number: 3 },
    })
  })

  it('copies nothing at the second start of a copy', () => {
    const copy = run(5, { origin: from('copies', 3), startedAt: 1 })
    expect(placeOutputs(copy, { owner: copy, origin: run(3) }).copySource).toBeNull()
  })

  const resumed = run(7, { origin: from('resumes', 5), outputsOwnerNumber: 3 })
  const middle = run(5, { origin: from('resumes', 3), outputsOwnerNumber: 3, startedAt: 2 })
  const first = run(3, { startedAt: 1 })

  it.each([
    [
      'all runs of its chain are there',
      { owner: first, origin: middle },
      { owner: { id: 'id-3' }, existingOf: middle },
    ],
    [
      'the first run was removed',
      { owner: undefined, origin: middle },
      { owner: { id: 'id-5', number: 3 }, existingOf: middle },
    ],
    [
      'the run that it resumes was removed',
      { owner: first, origin: undefined },
      { owner: { id: 'id-3' }, existingOf: first },
    ],
    [
      'the run that it resumes never started',
      { owner: first, origin: { ...middle, startedAt: null } },
      { owner: { id: 'id-3' }, existingOf: first },
    ],
    [
      'all earlier runs were removed',
      { owner: undefined, origin: undefined },
      { owner: { id: 'id-5', number: 3 }, existingOf: null },
    ],
  ])('lets a run that resumes write to the outputs of the first run where %s', (_, related, placement) => {
    expect(placeOutputs(resumed, related)).toMatchObject({ ...placement, copySource: null })
  })

  it('finds the outputs of a run that resumes by itself once it has started', () => {
    const started = { ...resumed, startedAt: 9 }
    expect(placeOutputs(started, { owner: undefined, origin: undefined }).existingOf).toBe(started)
  })
})

describe('copiesAtStart', () => {
  it.each([
    [from('copies', 3), null, true],
    [from('copies', 3), 1, false],
    [from('resumes', 3), null, false],
    [from('restarts', 3), null, false],
    [null, null, false],
  ])('of a run with origin %j that started at %s is %s', (origin, startedAt, expected) => {
    expect(copiesAtStart({ origin, startedAt })).toBe(expected)
  })
})
