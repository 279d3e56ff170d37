import { expect, it } from 'vitest'

import type { RunView } from '../../../../../src/contract/run.ts'
import { drawableFields, metricsOf, toDrawnRuns } from './drawn-runs.ts'

const run = (number: number, metrics: readonly string[], params: Record<string, unknown> = {}): RunView =>
  ({
    id: `r${number}`,
    number,
    name: 'same',
    sweep: null,
    phase: number === 1 ? 'running' : 'failed',
    metrics: Object.fromEntries(metrics.map((name) => [name, {}])),
    params,
  }) as unknown as RunView

const RUNS = [
  run(1, ['b', 'a', 'system.cpu_percent'], { lr: 0.1, model: 'x', seed: 1 }),
  run(2, ['a', 'system.cpu_percent'], { lr: 0.2, model: 'y', seed: 1 }),
  run(3, ['c'], { lr: 0.2 }),
]

it('Runs of one name are drawn with distinct names', () => {
  expect(toDrawnRuns(RUNS.slice(0, 2))).toEqual([
    { id: 'r1', number: 1, name: 'same #1', isOpen: true },
    { id: 'r2', number: 2, name: 'same #2', isOpen: false },
  ])
})

it('The metrics of runs are sorted by the number of runs, then by name, without those of the system', () => {
  expect(metricsOf(RUNS)).toEqual(['a', 'b', 'c'])
  expect(metricsOf([])).toEqual([])
})

it('The fields that can be drawn are the metrics and the numeric parameters that differ', () => {
  expect(drawableFields(RUNS)).toEqual(['m.a.last', 'm.b.last', 'm.c.last', 'p.lr', 'p.seed'])
  expect(drawableFields(RUNS.slice(0, 2))).toEqual(['m.a.last', 'm.b.last', 'p.lr'])
})
