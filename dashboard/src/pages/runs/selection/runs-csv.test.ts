import { expect, it } from 'vitest'

import type { RunView } from '../../../../../src/contract/run.ts'
import { toRunsCsv } from './runs-csv.ts'

const RUN = {
  number: 7,
  name: 'a, "b"',
  phase: 'failed',
  reason: 'exit_code',
  createdAt: '2026-11-01T00:00:00.000Z',
  startedAt: '2026-11-01T00:00:01.000Z',
  endedAt: null,
  params: { layers: [1, 2], model: '=cmd' },
  metrics: { loss: { last: 0.5, min: 0.25, max: 1, mean: 0.5, count: 3 } },
} as unknown as RunView

it('Runs are written as CSV with their facts and the columns of the list', () => {
  expect(
    toRunsCsv([RUN], ['m.loss.best', 'p.layers', 'p.model', 'p.none'], { loss: 'minimize' }).split('\r\n'),
  ).toEqual([
    'number,name,phase,reason,created,started,ended,m.loss.best,p.layers,p.model,p.none',
    `7,"a, ""b""",failed,exit_code,2026-11-01T00:00:00.000Z,2026-11-01T00:00:01.000Z,,0.25,"[1,2]",'=cmd,`,
    '',
  ])
})
