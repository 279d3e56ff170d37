import { describe, expect, it } from 'vitest'

import { createCodec } from './codec.ts'
import type { History, Result, Suggestion } from './history.ts'
import { createEncodedHistory, latestValues } from './encoded-history.ts'

const entries = (results: readonly Result[]) => [...latestValues(results)]

describe('settle', () => {
  it('The last of several results of a trial counts, in order of arrival', () => {
    expect(
      entries([
        { index: 0, value: 1 },
        { index: 1, value: 2 },
        { index: 0, value: 3 },
        { index: 2, value: undefined },
      ]),
    ).toEqual([
      [1, 2],
      [0, 3],
      [2, undefined],
    ])
  })

  const low = (index: number, value: number | undefined) => ({ index, rung: 0, value })
  const high = (index: number, value: number | undefined) => ({ index, rung: 1, value })

  it('A value is extrapolated to the top rung by the median gain of other trials', () => {
    const results = [low(0, 10), low(1, 8), low(2, 6), low(3, 5), high(1, 6), high(2, 5), high(3, 1)]
    // The gains are -2, -1 and -4.
    expect(new Map(entries(results))).toEqual(
      new Map([
        [0, 8],
        [1, 6],
        [2, 5],
        [3, 1],
      ]),
    )
  })

  it('A gain shown by fewer than three trials is not used', () => {
    const results = [low(0, 10), low(1, 8), low(2, 6), high(1, 1), high(2, 1)]
    expect(new Map(entries(results)).get(0)).toBe(10)
  })

  it('The gains of all rungs above are added up', () => {
    const results = [
      ...[0, 1, 2, 3, 4].map((index) => low(index, 10 + index)),
      ...[1, 2, 3, 4].map((index) => high(index, 7 + index)),
      ...[2, 3, 4].map((index) => ({ index, rung: 2, value: 6 + index })),
    ]
    // The gain is -3 from rung 0 to rung 1, and -1 from rung 1 to rung 2.
    expect(new Map(entries(results))).toEqual(
      new Map([
        [0, 6],
        [1, 7],
        [2, 8],
        [3, 9],
        [4, 10],
      ]),
    )
  })

  it('A trial that fails at a higher rung counts as failed', () => {
    expect(new Map(entries([low(0, 10), low(1, 9), high(1, undefined)]))).toEqual(
      new Map([
        [0, 10],
        [1, undefined],
      ]),
    )
  })
})

describe('an encoded history', () => {
  const codec = createCodec([
    { name: 'a', kind: 'int', low: 1, high: 9 },
    { name: 'b', kind: 'values', values: ['x', 'y'] },
    { name: 'c', kind: 'int', low: 1, high: 3, when: { name: 'b', in: ['y'] } },
  ])
  const trials: readonly Suggestion[] = [1, 2, 3, 4].map((a) => ({ point: { a, b: 'x' }, source: 'random' }))
  const history: History = {
    trials,
    results: [
      { index: 2, value: 5 },
      { index: 0, value: 7 },
      { index: 3, value: undefined },
    ],
  }
  const of = (encoded: ReturnType<typeof createEncodedHistory>) => ({
    finished: encoded.finished.map(({ index, value }) => [index, value]),
    arrived: encoded.arrived.map(({ index }) => index),
    failed: encoded.failed,
    pending: encoded.listPending(),
    count: encoded.resultCount,
  })

  it('An encoded history separates finished, failed and running trials', () => {
    const encoded = createEncodedHistory(codec, [])
    encoded.read(history)

    expect(of(encoded)).toEqual({
      finished: [
        [0, 7],
        [2, 5],
      ],
      arrived: [2, 0],
      failed: [3],
      pending: [1],
      count: 3,
    })
    expect(encoded.listFinishedByResult(1).map(({ index }) => index)).toEqual([2])
  })

  it('An encoded history is the same whether it reads a history at once or step by step', () => {
    const [once, stepwise] = [createEncodedHistory(codec, []), createEncodedHistory(codec, [])]
    once.read(history)
    for (let t = 1; t <= 4; t += 1) stepwise.read({ trials: trials.slice(0, t), results: [] })
    for (let r = 1; r <= 3; r += 1) stepwise.read({ trials, results: history.results.slice(0, r) })
    expect(of(stepwise)).toEqual(of(once))
    expect(stepwise.xs).toEqual(once.xs)
  })

  it('An encoded history contains earlier trials from the start, but only those with a value for every parameter', () => {
    const encoded = createEncodedHistory(codec, [
      { point: { a: 1, b: 'x' }, value: 3 },
      { point: { a: 1 }, value: 1 },
      { point: { a: 1, b: 'y' }, value: 1 },
      { point: { a: 1, b: 'y', c: 2 }, value: 2 },
    ])
    encoded.read({ trials: [], results: [] })
    expect(encoded.finished.map(({ value }) => value)).toEqual([3, 2])
    expect(encoded.finished.every(({ index }) => index < 0)).toBe(true)
    encoded.read(history)
    expect(encoded.finished.map(({ value }) => value)).toEqual([3, 2, 7, 5])
  })

  it('An encoded history reports which points are used', () => {
    const encoded = createEncodedHistory(codec, [])
    encoded.read({ trials: [{ point: { a: 1, b: 'x', c: 3 }, source: 'given' }], results: [] })
    expect(encoded.isUsed(codec.normalise(codec.encode({ a: 2, b: 'x' })))).toBe(false)

    const ofUser = createEncodedHistory(codec, [])
    ofUser.read({ trials, results: [] })
    expect(ofUser.isUsed(codec.normalise(codec.encode({ a: 1, b: 'x' })))).toBe(true)
  })
})
