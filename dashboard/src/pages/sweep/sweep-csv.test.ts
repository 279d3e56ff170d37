import { beforeAll, expect, it, vi } from 'vitest'

import { loadTexts } from '../../texts/texts.ts'
import { attemptData, importanceData, rungData, trialsCsv } from './sweep-csv.ts'

vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => null })
  vi.stubGlobal('document', { documentElement: { lang: 'en', dataset: {} } })
})
beforeAll(loadTexts)

it('The table of attempts has a row for each, with the number of its run', () => {
  const attempts = {
    index: [0, 1, 0],
    n: [1, 1, 2],
    startedAt: ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z'],
    endedAt: ['2026-01-01T00:00:01Z', null, null],
    reason: ['Paused', null, null],
  }
  expect(attemptData({ attempts, index: [0, 1], number: [11, 12] })!().rows).toEqual([
    [1, '#11', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z', 'Paused'],
    [2, '#12', 1, '2026-01-01T00:00:01Z', null, null],
    [1, '#11', 2, '2026-01-01T00:00:02Z', null, null],
  ])
})

it('A sweep without attempts has no table of attempts', () =>
  expect(
    attemptData({ attempts: { index: [], n: [], startedAt: [], endedAt: [], reason: [] }, index: [], number: [] }),
  ).toBeUndefined())

it('The table of rungs has a row for each result, with the amount of the resource', () => {
  const rungs = { resource: 'epochs', amounts: [1, 3, 9], form: 'promotion' as const }
  const reached = [
    { index: 0, rung: 0, value: 0.5 },
    { index: 0, rung: 2, value: null },
  ]
  expect(rungData({ rungs, reached, metric: 'loss' })!()).toEqual({
    head: ['Trial', 'epochs', 'loss'],
    rows: [
      [1, 1, 0.5],
      [1, 9, null],
    ],
  })
  expect(rungData({ rungs: null, reached, metric: 'loss' })).toBeUndefined()
  expect(rungData({ rungs, reached: [], metric: 'loss' })).toBeUndefined()
})

it('The table of importance has two standard deviations', () =>
  expect(importanceData([{ name: 'lr', share: 0.75, sd: 0.125 }]).rows).toEqual([['lr', 0.75, 0.25]]))

it('The file of trials has a line for each, with its parameters', () =>
  expect(
    trialsCsv(
      [
        { index: 0, number: 11, phase: 'succeeded', value: 0.5, params: { lr: 0.1, kind: 'a,b' } },
        { index: 1, number: 12, phase: 'failed', value: null, params: { lr: null } },
      ],
      null,
      ['lr', 'kind'],
    ),
  ).toBe('trial,run,phase,value,lr,kind\r\n1,11,succeeded,0.5,0.1,"a,b"\r\n2,12,failed,,,\r\n'))
