import { describe, expect, it } from 'vitest'

import type { TrialsView } from '../../../src/contract/charts.ts'
import { trialsInsideBrushes, categoryNameOf, toAxes } from './parallel/parallel-axes.ts'
import { scaleFor } from './scales.ts'
import { countByOutcome } from './trial-outcomes.ts'
import { bestSoFar, distributionOf, sideOf, toTrialSet } from './trials.ts'

const view = (patch: Partial<TrialsView> = {}): TrialsView => ({
  metric: 'loss',
  bestBy: 'last',
  optimization: 'minimize',
  axes: [
    { name: 'lr', scale: 'log', low: 0.01, high: 1, categories: [], isConditional: false },
    { name: 'kind', scale: 'category', low: null, high: null, categories: ['a', 'b', 'True'], isConditional: false },
  ],
  rungs: null,
  index: [0, 1, 2, 3],
  number: [11, 12, 13, 14],
  phase: ['succeeded', 'failed', 'stopped', 'running'],
  reason: [null, null, null, null],
  rung: [0, 0, 0, 0],
  value: [3, 1, 2, 0.5],
  isOdd: [false, false, false, false],
  startedAt: [null, null, null, null],
  endedAt: [null, null, null, null],
  params: { lr: [0.01, 0.1, 1, null], kind: ['a', 'b', true, 'a'] },
  reached: [],
  attempts: { index: [], n: [], startedAt: [], endedAt: [], reason: [] },
  ...patch,
})

describe('the trials of a sweep', () => {
  it('The best trial is one that ended, and a failed trial has no value', () => {
    const set = toTrialSet(view())
    expect(set.trials.map(({ value }) => value)).toEqual([3, null, 2, 0.5])
    expect(set.best?.number).toBe(13)
    expect(bestSoFar(set)).toEqual([
      { index: 0, value: 3 },
      { index: 2, value: 2 },
      { index: 3, value: 0.5 },
    ])
    expect(set.qualityOf(0.5)).toBeGreaterThan(set.qualityOf(2))

    const up = toTrialSet(view({ optimization: 'maximize' }))
    expect([up.best?.number, up.qualityOf(0.5) < up.qualityOf(2)]).toEqual([11, true])
  })

  it('A trial is counted once: by how it ended, or as paused, running or waiting', () => {
    const ends = view({
      index: [0, 1, 2, 3, 4, 5, 6],
      number: [1, 2, 3, 4, 5, 6, 7],
      phase: ['succeeded', 'succeeded', 'stopped', 'stopped', 'failed', 'paused', 'queued'],
      reason: [null, 'RungReached', 'StoppedByMethod', 'StoppedByUser', null, null, null],
      rung: [0, 0, 0, 0, 0, 0, 0],
      value: [1, 2, 3, 4, null, 5, null],
      isOdd: [false, false, false, false, false, false, false],
      startedAt: [null, null, null, null, null, '2026-01-01T00:00:00Z', null],
      endedAt: [null, null, null, null, null, null, null],
      params: { lr: [1, 1, 1, 1, 1, 1, 1], kind: ['a', 'a', 'a', 'a', 'a', 'a', 'a'] },
    })

    expect(countByOutcome(toTrialSet(ends).trials)).toEqual({
      finished: 1,
      early: 2,
      stopped: 1,
      failed: 1,
      resting: 1,
      running: 0,
      waiting: 1,
    })
  })

  it('A value lies below a scale, on it or above it', () => {
    const scale = scaleFor([0, 1], { margin: 0 })
    expect([-0.1, 0, 0.5, 1, 1.1].map((value) => sideOf(scale, value))).toEqual([-1, 0, 0, 0, 1])
  })

  it('A trial crosses logarithmic, inverted and category axes at its values, and no axis without a value', () => {
    const set = toTrialSet(view())
    const [lr, kind, loss] = toAxes(view().axes, set, new Set(['kind']))
    expect(set.trials.map((trial) => lr!.at(trial))).toEqual([0, expect.closeTo(0.5, 12), 1, undefined])
    expect(set.trials.map((trial) => kind!.at(trial))).toEqual([1, 0.5, 0, 1])
    expect(loss!.at(set.trials[1]!)).toBeUndefined()
  })

  it('A trial is inside the brushes where it crosses at least one of them on every brushed axis', () => {
    const set = toTrialSet(view())
    const axes = toAxes(view().axes, set, new Set())
    expect([...trialsInsideBrushes(set.trials, axes, {})]).toEqual([0, 1, 2, 3])
    expect([
      ...trialsInsideBrushes(set.trials, axes, {
        lr: [
          [0, 0.1],
          [0.9, 1],
        ],
      }),
    ]).toEqual([0, 2])
    expect([...trialsInsideBrushes(set.trials, axes, { lr: [[0, 1]], kind: [[0, 0]] })]).toEqual([0])
  })
})

describe('the distribution of the values of trials', () => {
  const of = (...values: (number | null)[]) => distributionOf(values.map((value) => ({ value }) as never))

  it('A distribution rises at each value by the share of the trials that have it', () => {
    expect(of(3, null, 1, 1, 2)).toEqual([
      { value: 1, share: 0.5 },
      { value: 2, share: 0.75 },
      { value: 3, share: 1 },
    ])
    expect(of(null)).toEqual([])
  })
})

describe('categories', () => {
  it.each([
    ['adam', 'adam'],
    [true, 'True'],
    [false, 'False'],
    [8, '8'],
  ])('The value %j belongs to the category that the server names %j', (value, text) =>
    expect(categoryNameOf(value)).toBe(text),
  )
})

it.each([
  ['last', 'loss'],
  ['min', 'loss.min'],
  ['max', 'loss.max'],
] as const)('Trials that are compared by their %s value are labelled %s', (bestBy, metric) =>
  expect(toTrialSet(view({ bestBy })).metric).toBe(metric),
)
