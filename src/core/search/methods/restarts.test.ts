import { beforeAll, describe, expect, it } from 'vitest'

import type { SearchSpace } from '../../../contract/search-space.ts'
import { asNumber } from '../../../contract/values.ts'
import type { ValueMap } from '../../../contract/values.ts'
import type { History, Result, Suggestion } from '../history.ts'
import type { SearchTask } from './method.ts'
import { createMethod } from './registry.ts'

const names = ['a', 'b', 'c', 'd']
const space: SearchSpace = names.map((name) => ({ name, kind: 'uniform', low: 0, high: 1 }))
const task = (seed: number): SearchTask => ({
  space,
  constraints: [],
  method: { name: 'bo', trialsMax: 400 },
  concurrency: 10,
  seed,
  earlier: [],
})
const [SHALLOW, DEEP] = [0.3, 0.85]

function distance(point: ValueMap, centre: number): number {
  return Math.max(...names.map((name) => Math.abs(asNumber(point[name])! - centre)))
}

/** A wide valley that every search finds, and a deeper one that the initial design hardly ever hits. */
function twoValleys(point: ValueMap): number {
  const depth = (centre: number, width: number): number =>
    Math.exp(-names.reduce((sum, name) => sum + (asNumber(point[name])! - centre) ** 2, 0) / (2 * width ** 2))
  return -depth(SHALLOW, 0.25) - 1.5 * depth(DEEP, 0.15)
}

interface Play {
  readonly trials: readonly Suggestion[]
  readonly results: readonly Result[]
}

function play(seed: number, count: number, valueOf: (point: ValueMap, index: number) => number): Play {
  const method = createMethod(task(seed))
  const trials: Suggestion[] = []
  const results: Result[] = []

  while (trials.length < count) {
    const made = method.suggest({ trials, results }, 10)
    for (const suggestion of made) {
      const index = trials.push(suggestion) - 1
      results.push({ index, value: valueOf(suggestion.point, index) })
    }
  }

  return { trials, results }
}

const bestUntil = ({ results }: Play, index: number): number =>
  results.slice(0, index).reduce((best, { value }, i) => (value! < results[best]!.value! ? i : best), 0)

describe('a search whose valley is searched out', () => {
  let plays: Play[]
  beforeAll(() => {
    plays = [1, 2, 3, 4].map((seed) => play(seed, 200, twoValleys))
  })

  it('A search that has exhausted a valley restarts elsewhere and finds the deeper valley', () => {
    for (const { trials } of plays) expect(trials.findIndex(({ source }) => source === 'restart')).toBeGreaterThan(40)
    const found = plays.filter((one) => distance(one.trials[bestUntil(one, 200)]!.point, DEEP) < 0.05)
    expect(found.length).toBeGreaterThanOrEqual(3)
  })

  it('A restart keeps away from the best trial of that time', () => {
    for (const one of plays) {
      const before = (index: number): ValueMap => one.trials[bestUntil(one, 10 * Math.floor(index / 10))]!.point
      one.trials.forEach(({ point, source }, index) => {
        if (source !== 'restart') return
        expect(
          Math.max(...names.map((name) => Math.abs(asNumber(point[name])! - asNumber(before(index)[name])!))),
        ).toBeGreaterThan(0.2)
      })
    }
  })

  it('A search continues with all its data once a restart has found a better trial', () => {
    const [one] = plays.filter((each) =>
      each.trials.some(({ source }, i) => source === 'restart' && bestUntil(each, i + 1) === i),
    )
    const better = one!.trials.findIndex(({ source }, i) => source === 'restart' && bestUntil(one!, i + 1) === i)

    const next = 10 * Math.ceil((better + 1) / 10)
    expect(new Set(one!.trials.slice(next, next + 10).map(({ source }) => source))).toEqual(new Set(['gaussian']))
  })

  it('A fresh instance gives the same suggestions during restarts', () => {
    const { trials, results } = plays[0]!
    for (let index = 90; index < 200; index += 10) {
      const history: History = { trials: trials.slice(0, index), results: results.slice(0, index) }
      expect(createMethod(task(1)).suggest(history, 2)).toEqual(trials.slice(index, index + 2))
    }
  })

  it('A search with noisy values does not restart', () => {
    const noisy = play(5, 150, (point, index) => twoValleys(point) + 0.2 * Math.sin(1e4 * index))
    expect(noisy.trials.filter(({ source }) => source === 'restart')).toEqual([])
  })
})

describe('restarts with failed trials', () => {
  it('A fresh instance gives the same suggestions where some trials of a restart failed', () => {
    const six: SearchTask = {
      ...task(3),
      space: Array.from({ length: 6 }, (_, i) => ({ name: `x${i}`, kind: 'uniform', low: 0, high: 1 })),
      concurrency: 1,
    }
    const method = createMethod(six)
    const trials: Suggestion[] = []
    const results: Result[] = []

    while (trials.length < 113) {
      const history = { trials: [...trials], results: [...results] }
      const [made] = method.suggest(history, 1)
      if (trials.length >= 105) expect(createMethod(six).suggest(history, 1)).toEqual([made])

      const index = trials.push(made!) - 1
      const hasFailed = made!.source === 'restart' && index % 6 === 0
      const value = Object.values(made!.point).reduce<number>((sum, x) => sum + (asNumber(x)! - 0.3) ** 2, 0)
      results.push({ index, value: hasFailed ? undefined : value })
    }
    expect(trials.filter(({ source }) => source === 'restart').length).toBeGreaterThan(42)
  })
})
