import { describe, expect, it } from 'vitest'

import { FAILURE_POLICIES } from '../../contract/search-space.ts'
import type { HalvingPlan, SweepPlan } from '../../contract/plan.ts'
import type { SweepResult } from '../records/sweep.ts'
import { historyAt, signOf, toReached, toResults } from './results.ts'

const halving: HalvingPlan = {
  resource: 'n',
  isWhole: true,
  max: 9,
  min: 1,
  eta: 3,
  form: 'promotion',
  resumes: true,
  chooser: 'auto',
}
type Part = Pick<SweepPlan, 'objective' | 'failures' | 'method'>
const plan = (patch: Partial<Part> = {}): Part => ({
  objective: { metric: 'loss', optimization: 'minimize' },
  failures: 'penalise',
  method: { name: 'bo', trialsMax: null },
  ...patch,
})
const result = (index: number, phase: SweepResult['phase'], value: number | null, rung = 0): SweepResult => ({
  index,
  phase,
  value,
  rung,
})

const RECORD = [
  result(0, 'succeeded', 3),
  result(1, 'failed', null),
  result(2, 'stopped', 5),
  result(3, 'stopped', null),
  result(4, 'succeeded', null),
]

describe('the record of a sweep', () => {
  it.each([
    ['penalise', [3], [3, undefined, 5, undefined, undefined]],
    ['retry', [3], [3, undefined, 5, undefined, undefined]],
    ['ignore', [1, 3, 4], [3, undefined, 5, undefined, undefined]],
  ] as const)('Failures become results under the policy %s', (failures, ignored, values) => {
    const results = toResults(plan({ failures }), RECORD)
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4])
    expect(results.flatMap(({ index, isIgnored }) => (isIgnored ? index : []))).toEqual(ignored)
    expect(results.map(({ value }) => value)).toEqual(values)
    expect(results.every((item) => !('rung' in item))).toBe(true)
  })

  it('The failure policies are ignore, penalise and retry', () =>
    expect(FAILURE_POLICIES.toSorted()).toEqual(['ignore', 'penalise', 'retry']))

  it('Results are turned so that smaller is better', () => {
    const maximised = plan({ objective: { metric: 'acc', optimization: 'maximize' } })
    expect(toResults(maximised, RECORD).map(({ value }) => value)).toEqual([-3, undefined, -5, undefined, undefined])
    expect([signOf(plan()), signOf(maximised), signOf(plan({ objective: null }))]).toEqual([1, -1, -1])
    expect(toReached(maximised, [result(0, 'running', 3, 1)])).toEqual([{ index: 0, rung: 1, value: -3 }])
    expect(toReached(maximised, [result(0, 'failed', null, 1)])).toEqual([{ index: 0, rung: 1, value: undefined }])
  })

  it('A value that a trial reported before it failed does not count', () => {
    expect(toResults(plan(), [result(0, 'failed', 0.1)])).toEqual([{ index: 0, value: undefined }])
    expect(toReached(plan(), [result(0, 'failed', 0.1)])[0]!.value).toBeUndefined()
  })

  it('Results contain their rung where the sweep has rungs', () => {
    const halved = plan({ method: { name: 'asha', trialsMax: null, halving } })
    expect(toResults(halved, [result(0, 'succeeded', 3, 2)])).toEqual([{ index: 0, value: 3, rung: 2 }])
  })

  it('A trial that was stopped on its way to a rung has no result at that rung', () => {
    const form = (name: HalvingPlan['form']) =>
      plan({ method: { name: 'asha', trialsMax: null, halving: { ...halving, form: name } } })
    const record = [result(0, 'succeeded', 3, 2), result(1, 'stopped', 5, 2)]
    expect(toResults(form('stopping'), record)).toMatchObject([
      { index: 0, value: 3 },
      { index: 1, isIgnored: true },
    ])

    const judged = [result(1, 'running', 7, 0), ...record]
    expect(toResults(form('stopping'), judged).map(({ index, value }) => [index, value])).toEqual([
      [1, 7],
      [0, 3],
    ])

    // The value that a promoted trial had reported is its result at the rung below.
    const promoted = [result(1, 'paused', 7, 0), result(1, 'stopped', 7, 1)]
    expect(toResults(form('promotion'), promoted)).toEqual([{ index: 1, value: 7, rung: 0 }])
    expect(toReached(form('promotion'), promoted).map(({ value }) => value)).toEqual([7, undefined])
  })

  it('A history can be restored as it was after any number of results', () => {
    const trials = [{ point: {}, source: 'random' as const }]
    expect(historyAt(plan(), { trials, results: RECORD }, 2)).toEqual({
      trials,
      results: [
        { index: 0, value: 3 },
        { index: 1, value: undefined },
      ],
    })
  })
})
