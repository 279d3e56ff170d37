import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { TrialsView } from '../../../src/contract/charts.ts'
import { inside, textOf, toAxes } from './parallel-axes.ts'
import { objectiveScale, place, scaleFor, ticks } from './scales.ts'
import { bestSoFar, distributionOf, sideOf, tally, toLanes, toTrialSet } from './trials.ts'

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
  it('have their best among those that ended, and no value where they failed', () => {
    const set = toTrialSet(view())
    expect(set.trials.map(({ value }) => value)).toEqual([3, null, 2, 0.5])
    expect(set.best?.number).toBe(13)
    expect(bestSoFar(set)).toEqual([
      { index: 0, value: 3 },
      { index: 2, value: 2 },
      { index: 3, value: 0.5 },
    ])
    expect(set.worth(0.5)).toBeGreaterThan(set.worth(2))
    const up = toTrialSet(view({ optimization: 'maximize' }))
    expect([up.best?.number, up.worth(0.5) < up.worth(2)]).toEqual([11, true])
  })

  it('are counted by what they came to: a rung, a rule or a person ended them, or they rest', () => {
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
    expect(tally(toTrialSet(ends).trials)).toEqual({
      finished: 1,
      early: 2,
      stopped: 1,
      failed: 1,
      resting: 1,
      running: 0,
      waiting: 1,
    })
  })

  it('lie above or below a scale, or on it', () => {
    const scale = scaleFor([0, 1], { margin: 0 })
    expect([-0.1, 0, 0.5, 1, 1.1].map((value) => sideOf(scale, value))).toEqual([-1, 0, 0, 0, 1])
  })

  it('cross their axes at their values, whatever those are', () => {
    const set = toTrialSet(view())
    const [lr, kind, loss] = toAxes(view().axes, set, new Set(['kind']))
    expect(set.trials.map((trial) => lr!.at(trial))).toEqual([0, expect.closeTo(0.5, 12), 1, undefined])
    expect(set.trials.map((trial) => kind!.at(trial))).toEqual([1, 0.5, 0, 1])
    expect(loss!.at(set.trials[1]!)).toBeUndefined()
  })

  it('are inside all brushes: any part of an axis, every brushed axis', () => {
    const set = toTrialSet(view())
    const axes = toAxes(view().axes, set, new Set())
    expect([...inside(set.trials, axes, {})]).toEqual([0, 1, 2, 3])
    expect([
      ...inside(set.trials, axes, {
        lr: [
          [0, 0.1],
          [0.9, 1],
        ],
      }),
    ]).toEqual([0, 2])
    expect([...inside(set.trials, axes, { lr: [[0, 1]], kind: [[0, 0]] })]).toEqual([0])
  })
})

describe('a timeline', () => {
  it('puts attempts on as many rows as ever ran at once, none over another', () => {
    const attempt = fc
      .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 30 }))
      .map(([start, length]) => ({ start, end: start + length }))
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 40 }), (attempts) => {
        const lanes = toLanes(attempts)
        const atOnce = attempts.map(
          ({ start }) => attempts.filter((other) => other.start <= start && other.end > start).length,
        )
        expect(lanes).toHaveLength(Math.max(0, ...atOnce))
        expect(lanes.flatMap(({ items }) => items)).toHaveLength(attempts.length)
        for (const { items } of lanes)
          for (let i = 1; i < items.length; i += 1) expect(items[i]!.start).toBeGreaterThanOrEqual(items[i - 1]!.end)
      }),
    )
  })
})

describe('the distribution of what trials came to', () => {
  const of = (...values: (number | null)[]) => distributionOf(values.map((value) => ({ value }) as never))

  it('rises at each value by the share of the trials that came to it', () => {
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
  ])('%j is found under the name that the server gives it', (value, text) => expect(textOf(value)).toBe(text))
})

describe('scales', () => {
  it.each([
    [{ low: 0, high: 10, isLog: false }, 5, 0.5],
    [{ low: 1, high: 100, isLog: true }, 10, 0.5],
    [{ low: 3, high: 3, isLog: false }, 3, 0.5],
  ])('%j puts %d at %d', (scale, value, part) => expect(place(scale, value)).toBeCloseTo(part, 12))

  it('hold all values, with round ticks inside', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 }),
        (values) => {
          const scale = scaleFor(values)
          for (const value of values) expect(place(scale, value) >= 0 && place(scale, value) <= 1).toBe(true)
          for (const tick of ticks(scale, 5))
            expect(
              tick >= scale.low - 1e-9 * Math.abs(scale.low) && tick <= scale.high + 1e-9 * Math.abs(scale.high),
            ).toBe(true)
          expect(ticks(scale, 5).length).toBeLessThan(12)
        },
      ),
    )
  })

  it.each([[[0, 5e-324]], [[-1e6, -1e6 + 1e-10]], [[3, 3]]])('hold %j, which are as good as one value', (values) => {
    const scale = scaleFor(values)
    expect(ticks(scale, 5).length).toBeGreaterThan(1)
    for (const value of values) expect(place(scale, value)).toBeCloseTo(0.5, 6)
  })

  it('of an objective are not flattened by the few that went wrong', () => {
    const values = [...Array.from({ length: 18 }, (_, i) => 1 + i / 100), 1e6, 1e9]
    expect(objectiveScale(values, false).high).toBeLessThan(2e6)
    expect(objectiveScale(values.slice(0, 18), false).high).toBeLessThan(1.5)
  })
})

it.each([
  ['last', 'loss'],
  ['min', 'loss.min'],
  ['max', 'loss.max'],
] as const)('trials that are compared by their %s value are labelled %s', (bestBy, metric) =>
  expect(toTrialSet(view({ bestBy })).metric).toBe(metric),
)
