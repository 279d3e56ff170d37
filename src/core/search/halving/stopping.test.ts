import { describe, expect, it } from 'vitest'

import { createStream } from '../numerics/rng.ts'
import { addReports, EMPTY_CURVE, findTrialsToStop, median, countSinceImprovement } from './stopping.ts'
import type { RuledTrial, LearningCurve, StoppingRule } from './stopping.ts'

const reports = (...values: number[]) => values.map((value, i) => ({ step: i + 1, value }))
const contender = (trial: number, values: number[], { isRunning = true, interval = 1 } = {}): RuledTrial => ({
  trial,
  isRunning,
  curve: addReports(EMPTY_CURVE, reports(...values), interval),
})
const stopped = (rule: StoppingRule, contenders: readonly RuledTrial[]) =>
  findTrialsToStop(rule, contenders).map(({ trial }) => trial)

const MEDIAN: StoppingRule = { kind: 'median', percent: 0 }
const AVERAGE: StoppingRule = { kind: 'average', percent: 0 }
const TRUNCATION: StoppingRule = { kind: 'truncation', percent: 40 }
const DIFF: StoppingRule = { kind: 'diff', percent: 10 }

describe('a curve', () => {
  it('A curve has a mark at every interval with the best and the mean until then', () => {
    expect(addReports(EMPTY_CURVE, reports(4, 2, 3, 1), 2)).toEqual({
      best: 1,
      sum: 10,
      count: 4,
      summaries: [
        { step: 2, best: 2, mean: 3 },
        { step: 4, best: 1, mean: 2.5 },
      ],
    })
  })

  it('A mark at a step without a report covers the reports before it', () => {
    const { summaries } = addReports(
      EMPTY_CURVE,
      [
        { step: 3, value: 5 },
        { step: 12, value: 1 },
      ],
      5,
    )
    expect(summaries).toEqual([{ step: 10, best: 5, mean: 5 }])
  })

  it('A curve is the same whether reports come in parts or at once', () => {
    const all = reports(5, 3, 4, 1, 2, 6, 7)
    for (let cut = 0; cut <= all.length; cut += 1)
      expect(addReports(addReports(EMPTY_CURVE, all.slice(0, cut), 3), all.slice(cut), 3)).toEqual(
        addReports(EMPTY_CURVE, all, 3),
      )
  })

  it('A curve ignores NaN', () => {
    expect(addReports(EMPTY_CURVE, reports(Number.NaN, Number.NaN), 1)).toEqual(EMPTY_CURVE)
    const { best, count, summaries } = addReports(EMPTY_CURVE, reports(Number.NaN, 2, Number.NaN), 1)
    expect([best, count]).toEqual([2, 1])
    expect(summaries.every(({ mean }) => mean === 2)).toBe(true)
  })
})

describe('median and average', () => {
  const others = [1, 2, 3, 4].map((value, trial) => contender(trial, [value, value], { isRunning: false }))

  it.each([
    [MEDIAN, 2.6, [9]],
    [MEDIAN, 2.5, []],
    [MEDIAN, 2.4, []],
    [AVERAGE, 2.6, [9]],
    [AVERAGE, 2.5, []],
  ])('The rule %o with a best of %d stops %o', (rule, value, expected) =>
    expect(stopped(rule, [...others, contender(9, [value + 1, value])])).toEqual(expected),
  )

  it('The rules median and average differ where the other values are skewed', () => {
    const skewed = [1, 2, 3, 100].map((value, trial) => contender(trial, [value], { isRunning: false }))
    expect(stopped(MEDIAN, [...skewed, contender(9, [10])])).toEqual([9])
    expect(stopped(AVERAGE, [...skewed, contender(9, [10])])).toEqual([])
  })

  it('A verdict contains the numbers that were compared', () => {
    expect(findTrialsToStop(MEDIAN, [...others, contender(9, [7, 3])])).toEqual([
      { trial: 9, step: 2, value: 3, bound: 2.5 },
    ])
  })

  it('The rule median uses the means of the others up to the step of the trial, not beyond', () => {
    const falling = [0, 1, 2, 3].map((trial) => contender(trial, [10, 10, 0.1, 0.1], { isRunning: false }))
    expect(stopped(MEDIAN, [...falling, contender(9, [9, 9])])).toEqual([])
    expect(stopped(MEDIAN, [...falling, contender(9, [9, 9, 9, 9])])).toEqual([9])
  })

  it('The rule median stops no trial before four others have reached its step', () => {
    expect(stopped(MEDIAN, [...others.slice(1), contender(9, [50, 50])])).toEqual([])
    const running = [1, 2, 3, 4].map((value, trial) => contender(trial, [value]))
    expect(stopped(MEDIAN, [...running, contender(9, [50, 50])])).not.toContain(9)
    expect(stopped(MEDIAN, [...running, contender(9, [50])])).toEqual([3, 9])
  })

  it('The rule median stops no trial that has ended', () => {
    expect(stopped(MEDIAN, [...others, contender(9, [50, 50], { isRunning: false })])).toEqual([])
  })
})

describe('truncation', () => {
  it('The rule truncation stops the worst share of the running trials, rounded down', () => {
    const seven = [5, 1, 7, 2, 6, 3, 4].map((value, trial) => contender(trial, [value]))
    expect(stopped(TRUNCATION, seven).toSorted((a, b) => a - b)).toEqual([2, 4])
    expect(stopped(TRUNCATION, seven.slice(0, 2))).toEqual([])
    expect(stopped({ kind: 'truncation', percent: 100 }, seven).toSorted((a, b) => a - b)).toEqual([0, 2, 3, 4, 5, 6])
  })

  it('The rule truncation compares at the last step that all trials have reached', () => {
    const contenders = [contender(0, [5, 1]), contender(1, [4]), contender(2, [6, 0])]
    const [verdict] = findTrialsToStop(TRUNCATION, contenders)
    // Trial 2 is the worst at step 1, but the best of all later. No other trial is stopped in its place.
    expect(verdict).toBeUndefined()
    expect(findTrialsToStop(TRUNCATION, [contender(0, [5, 1]), contender(1, [4]), contender(2, [6, 2])])).toEqual([
      { trial: 2, step: 1, value: 6, bound: 5 },
    ])
  })

  it('The rule truncation waits until all running trials have a mark', () => {
    expect(
      stopped(TRUNCATION, [contender(0, [1, 1]), contender(1, [9, 9]), contender(2, [5], { interval: 2 })]),
    ).toEqual([])
  })
})

describe('diff', () => {
  it.each([
    [0.5, 0.56, true],
    [0.5, 0.55, false],
    [-2, -1.79, true],
    [-2, -1.8, false],
    [-2, -1.81, false],
    [0, 0.001, true],
  ])('The rule diff with a best of %d stops a trial at %d: %o', (best, value, isEnded) => {
    expect(stopped(DIFF, [contender(0, [best], { isRunning: false }), contender(1, [value])])).toEqual(
      isEnded ? [1] : [],
    )
  })
})

describe('all rules', () => {
  const rules: readonly StoppingRule[] = [
    MEDIAN,
    AVERAGE,
    TRUNCATION,
    DIFF,
    { kind: 'truncation', percent: 100 },
    { kind: 'diff', percent: 0 },
  ]

  it('No rule stops a trial without reports', () => {
    for (const rule of rules) {
      expect(findTrialsToStop(rule, [])).toEqual([])
      expect(findTrialsToStop(rule, [contender(0, []), contender(1, [Number.NaN])])).toEqual([])
    }
  })

  it('No rule stops the best trial, an ended trial or all running trials in 1,000 random cases', () => {
    let ended = 0
    for (let seed = 0; seed < 1000; seed += 1) {
      const stream = createStream(seed, 'stopping', 0)
      const draw = () => (stream.next() < 0.05 ? Number.NaN : Math.round(40 * (stream.next() - 0.3)) / 4)
      const contenders = Array.from({ length: 2 + Math.floor(stream.next() * 9) }, (_, trial) =>
        contender(trial, Array.from({ length: Math.floor(stream.next() * 7) }, draw), {
          isRunning: stream.next() < 0.7,
          interval: 1 + Math.floor(stream.next() * 3),
        }),
      )

      const best = Math.min(...contenders.map(({ curve }) => curve.best))
      const bestTrial = contenders.find(({ curve }) => curve.best === best)!
      const running = contenders.filter(({ isRunning }) => isRunning)

      for (const rule of rules) {
        const verdicts = stopped(rule, contenders)
        ended += verdicts.length
        if (Number.isFinite(best)) expect(verdicts).not.toContain(bestTrial.trial)
        for (const trial of verdicts) expect(contenders[trial]!.isRunning).toBe(true)
        expect(new Set(verdicts).size).toBe(verdicts.length)
        if (rule.kind === 'truncation' && running.length > 0) expect(verdicts.length).toBeLessThan(running.length)
      }
    }
    expect(ended).toBeGreaterThan(1000)
  })
})

describe('the median', () => {
  it.each([
    [[1, 2, 3, 4], 2.5],
    [[3, 1, 2], 2],
    [[10, 9, 100], 10],
    [[7], 7],
  ])('The median of %o is %d', (values, expected) => expect(median(values)).toBe(expected))
})

describe('sinceImprovement', () => {
  it.each([
    [[], 0, 0],
    [[5], 0, 0],
    [[5, 6, 7], 0, 2],
    [[5, 5, 5], 0, 2],
    [[5, 4, 3], 0, 0],
    [[5, 4.95, 4.9], 0.2, 2],
    [[5, 4.7, 4.9], 0.2, 1],
    [[5, 1, 2, 3], 0, 2],
  ])('The values %o have not improved by more than %d for %d trials', (values, delta, expected) =>
    expect(countSinceImprovement(values, delta)).toBe(expected),
  )
})

describe('trials that have been ended', () => {
  const curve = (values: readonly number[]): LearningCurve =>
    addReports(
      EMPTY_CURVE,
      values.map((value, i) => ({ step: i + 1, value })),
      1,
    )

  it('The rule truncation stops its share only once per step', () => {
    const at = (isRunning: readonly boolean[]) =>
      findTrialsToStop(
        { kind: 'truncation', percent: 50 },
        isRunning.map((running, trial) => ({ trial, isRunning: running, curve: curve([trial]) })),
      )
    const first = at(Array(10).fill(true)).map(({ trial }) => trial)
    expect(first.toSorted((a, b) => a - b)).toEqual([5, 6, 7, 8, 9])
    expect(at(Array.from({ length: 10 }, (_, trial) => !first.includes(trial)))).toEqual([])
  })

  it('The rule median ignores stopped trials at steps that they did not reach', () => {
    const ended = Array.from({ length: 5 }, (_, i) => ({ trial: i, isRunning: false, curve: curve([10]) }))
    const finished = Array.from({ length: 4 }, (_, i) => ({
      trial: 5 + i,
      isRunning: false,
      curve: curve(Array(50).fill(0.1)),
    }))
    const running = { trial: 9, isRunning: true, curve: curve(Array(50).fill(5)) }
    expect(
      findTrialsToStop({ kind: 'median', percent: 0 }, [...ended, ...finished, running]).map(({ trial }) => trial),
    ).toEqual([9])
  })
})
