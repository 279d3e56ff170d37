import { describe, expect, it } from 'vitest'

import { createCodec } from './codec.ts'
import type { History, Result, Suggestion } from './history.ts'
import { createLedger, settle } from './ledger.ts'

const entries = (results: readonly Result[]) => [...settle(results)]

describe('settling', () => {
  it('takes the last of several results of a trial, in the order of arrival', () => {
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

  it('carries a value on to the top by the median of what others gained on the way', () => {
    const results = [low(0, 10), low(1, 8), low(2, 6), low(3, 5), high(1, 6), high(2, 5), high(3, 1)]
    // Gains of -2, -1 and -4.
    expect(new Map(entries(results))).toEqual(
      new Map([
        [0, 8],
        [1, 6],
        [2, 5],
        [3, 1],
      ]),
    )
  })

  it('believes no gain that fewer than three trials have shown', () => {
    const results = [low(0, 10), low(1, 8), low(2, 6), high(1, 1), high(2, 1)]
    expect(new Map(entries(results)).get(0)).toBe(10)
  })

  it('adds up the gains of all rungs above', () => {
    const results = [
      ...[0, 1, 2, 3, 4].map((index) => low(index, 10 + index)),
      ...[1, 2, 3, 4].map((index) => high(index, 7 + index)),
      ...[2, 3, 4].map((index) => ({ index, rung: 2, value: 6 + index })),
    ]
    // From rung 0 to 1 a gain of -3, from 1 to 2 one of -1.
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

  it('keeps a failure at a higher rung a failure', () => {
    expect(new Map(entries([low(0, 10), low(1, 9), high(1, undefined)]))).toEqual(
      new Map([
        [0, 10],
        [1, undefined],
      ]),
    )
  })
})

describe('a ledger', () => {
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
  const of = (ledger: ReturnType<typeof createLedger>) => ({
    finished: ledger.finished.map(({ index, value }) => [index, value]),
    arrived: ledger.arrived.map(({ index }) => index),
    failed: ledger.failed,
    pending: ledger.pending(),
    count: ledger.resultCount,
  })

  it('knows what has finished, failed and runs', () => {
    const ledger = createLedger(codec, [])
    ledger.read(history)
    expect(of(ledger)).toEqual({
      finished: [
        [0, 7],
        [2, 5],
      ],
      arrived: [2, 0],
      failed: [3],
      pending: [1],
      count: 3,
    })
    expect(ledger.finishedAfter(1).map(({ index }) => index)).toEqual([2])
  })

  it('is the same whether it reads at once or step by step', () => {
    const [once, stepwise] = [createLedger(codec, []), createLedger(codec, [])]
    once.read(history)
    for (let t = 1; t <= 4; t += 1) stepwise.read({ trials: trials.slice(0, t), results: [] })
    for (let r = 1; r <= 3; r += 1) stepwise.read({ trials, results: history.results.slice(0, r) })
    expect(of(stepwise)).toEqual(of(once))
    expect(stepwise.xs).toEqual(once.xs)
  })

  it('knows earlier trials from the start, those alone that lack nothing', () => {
    const ledger = createLedger(codec, [
      { point: { a: 1, b: 'x' }, value: 3 },
      { point: { a: 1 }, value: 1 },
      { point: { a: 1, b: 'y' }, value: 1 },
      { point: { a: 1, b: 'y', c: 2 }, value: 2 },
    ])
    ledger.read({ trials: [], results: [] })
    expect(ledger.finished.map(({ value }) => value)).toEqual([3, 2])
    expect(ledger.finished.every(({ index }) => index < 0)).toBe(true)
    ledger.read(history)
    expect(ledger.finished.map(({ value }) => value)).toEqual([3, 2, 7, 5])
  })

  it('knows which points have been made', () => {
    const ledger = createLedger(codec, [])
    ledger.read({ trials: [{ point: { a: 1, b: 'x', c: 3 }, source: 'given' }], results: [] })
    expect(ledger.isUsed(codec.settle(codec.encode({ a: 2, b: 'x' })))).toBe(false)
    const ofUser = createLedger(codec, [])
    ofUser.read({ trials, results: [] })
    expect(ofUser.isUsed(codec.settle(codec.encode({ a: 1, b: 'x' })))).toBe(true)
  })
})
