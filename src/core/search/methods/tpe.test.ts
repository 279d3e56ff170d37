import { describe, expect, it } from 'vitest'

import type { Axis } from '../../../contract/search-space.ts'
import { asNumber } from '../../../contract/values.ts'
import { createCodec } from '../codec.ts'
import type { Result, Suggestion } from '../history.ts'
import { createMethod } from './registry.ts'
import { createStream } from '../numerics/rng.ts'
import { createMixture, countGood, suggestByDensity } from './tpe.ts'

const uniform: Axis = { name: 'u', kind: 'uniform', low: 0, high: 1 }
const cells: Axis = { name: 'n', kind: 'int', low: 1, high: 7 }
const quantised: Axis = { name: 'q', kind: 'quniform', low: 0, high: 1, q: 0.25, isFloat: true }
const words: Axis = { name: 'w', kind: 'pvalues', values: ['x', 'y', 'z'], weights: [0.6, 0.3, 0.1] }
const log: Axis = { name: 'l', kind: 'log', low: 1e-4, high: 1 }

/** Trials of one parameter, with decreasing weights. */
const components = (...codes: number[]) => codes.map((code, i) => ({ x: Float64Array.of(code), weight: 1 / (i + 1) }))

/** Integral over [0, 1] by Simpson's rule. */
function integral(density: (x: number) => number, steps = 4000): number {
  const at = (i: number) => density(i / steps)
  let sum = at(0) + at(steps)
  for (let i = 1; i < steps; i += 1) sum += at(i) * (i % 2 === 1 ? 4 : 2)
  return sum / (3 * steps)
}

describe('the number of good trials', () => {
  it.each([
    [1, 1],
    [10, 1],
    [11, 2],
    [100, 10],
    [250, 25],
    [1000, 25],
  ])('Of %d finished trials, %d count as good', (finished, good) => expect(countGood(finished)).toBe(good))
})

describe('a mixture', () => {
  it.each([
    ['float', uniform, [0.02, 0.4, 0.97]],
    ['log', log, [0.1, 0.5, 1]],
  ])('The density of a mixture adds up to 1: %s', (_name, axis, codes) => {
    const { logDensity } = createMixture(createCodec([axis]), components(...codes))
    expect(integral((x) => Math.exp(logDensity(Float64Array.of(x))))).toBeCloseTo(1, 6)
  })

  it.each([
    ['int', cells, [0, 3, 6]],
    ['quniform', quantised, [0, 2, 4]],
  ])('The density of a mixture adds up to 1: %s', (_name, axis, indices) => {
    const codec = createCodec([axis])
    const { cells: count } = codec.dimensions[0]!
    const code = (index: number) => (index + 0.5) / count
    const { logDensity } = createMixture(codec, components(...indices.map(code)))
    const total = Array.from(
      { length: count },
      (_, index) => Math.exp(logDensity(Float64Array.of(code(index)))) / count,
    )
    expect(total.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6)
  })

  it('The density of a mixture adds up to 1: categories', () => {
    const { logDensity } = createMixture(createCodec([words]), components(0, 2, 2))
    expect([0, 1, 2].reduce((sum, code) => sum + Math.exp(logDensity(Float64Array.of(code))), 0)).toBeCloseTo(1, 12)
  })

  it('The density of a mixture adds up to 1: two dependent parameters', () => {
    const codec = createCodec([uniform, words])
    const pairs = [Float64Array.of(0.2, 0), Float64Array.of(0.8, 2)].map((x) => ({ x, weight: 1 }))
    const { logDensity } = createMixture(codec, pairs)
    const total = [0, 1, 2].map((code) => integral((x) => Math.exp(logDensity(Float64Array.of(x, code))), 400))
    expect(total.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6)
    expect(logDensity(Float64Array.of(0.2, 0))).toBeGreaterThan(logDensity(Float64Array.of(0.8, 0)))
  })

  it('A mixture without trials is the prior', () => {
    const { logDensity } = createMixture(createCodec([uniform, words]), [])
    expect(logDensity(Float64Array.of(0.7, 1))).toBeCloseTo(Math.log(0.3), 12)
  })

  it('A mixture ignores inactive parameters of a point and uses the prior for parameters that its trials lack', () => {
    const codec = createCodec([
      { name: 'w', kind: 'values', values: ['x', 'y'] },
      { ...uniform, when: { name: 'w', in: ['y'] } },
    ])
    const [idle, there] = [codec.encode({ w: 'x' }), codec.encode({ w: 'y', u: 0.9 })]
    const { logDensity } = createMixture(codec, [{ x: idle, weight: 1 }])
    // The trial and the prior have weight ½ each. The category of the trial has ½·(2 + ½)/3 + ½·½.
    expect(logDensity(idle)).toBeCloseTo(Math.log(0.5 * (2.5 / 3) + 0.5 * 0.5), 12)
    expect(logDensity(there)).toBeCloseTo(Math.log(0.5 * (0.5 / 3) + 0.5 * 0.5), 12)
  })

  const DRAWS = 100_000
  const shares = (axis: Axis, codes: number[], bins: number, binOf: (code: number) => number) => {
    const { sample, logDensity } = createMixture(createCodec([axis]), components(...codes))
    const stream = createStream(5, 'tpe', 0)
    const counts = Array.from({ length: bins }, () => 0)
    for (let draw = 0; draw < DRAWS; draw += 1) counts[binOf(sample(stream)[0]!)]! += 1
    return { counts, logDensity }
  }
  const within = (count: number, share: number) =>
    expect(Math.abs(count - DRAWS * share)).toBeLessThan(4 * Math.sqrt(DRAWS * share * (1 - share)))

  it.each([
    ['float', uniform, [0.02, 0.4, 0.97]],
    ['log', log, [0.1, 0.5, 1]],
  ])('Draws from a mixture follow its density: %s', (_name, axis, codes) => {
    const bins = 20
    const { counts, logDensity } = shares(axis, codes, bins, (code) => Math.min(bins - 1, Math.floor(code * bins)))
    counts.forEach((count, bin) =>
      within(count, integral((x) => Math.exp(logDensity(Float64Array.of((bin + x) / bins))), 40) / bins),
    )
  })

  it('Draws from a mixture follow its density: cells', () => {
    const { counts, logDensity } = shares(cells, [0.5 / 7, 3.5 / 7], 7, (code) => Math.floor(code * 7))
    counts.forEach((count, bin) => within(count, Math.exp(logDensity(Float64Array.of((bin + 0.5) / 7))) / 7))
  })

  it('Draws from a mixture follow its density: categories', () => {
    const { counts, logDensity } = shares(words, [0, 2], 3, (code) => code)
    counts.forEach((count, bin) => within(count, Math.exp(logDensity(Float64Array.of(bin)))))
  })
})

describe('suggestions by density', () => {
  const codec = createCodec([uniform, words])
  const ranked = Array.from({ length: 40 }, (_, i) => Float64Array.of(0.3 + 0.015 * i, i % 3))
  const suggest = (avoided: Float64Array[] = [], isAllowed = (_x: Float64Array) => true) =>
    suggestByDensity(
      codec,
      { ranked, avoided, good: countGood(ranked.length) },
      createStream(1, 'density', 0),
      isAllowed,
    )

  it('Suggestions by density lie close to the good trials', () => {
    const [first] = suggest()
    expect(first![0]).toBeLessThan(0.4)
  })

  it('A place scores lower where a trial is running', () => {
    const place = Float64Array.of(0.3, 0)
    const score = (avoided: Float64Array[]) => {
      const mixture = (xs: readonly Float64Array[]) =>
        createMixture(
          codec,
          xs.map((x) => ({ x, weight: 1 })),
        )
      return mixture(ranked.slice(0, 4)).logDensity(place) - mixture([...ranked.slice(4), ...avoided]).logDensity(place)
    }

    expect(score([place])).toBeLessThan(score([]))
    expect(score([place, place])).toBeLessThan(score([place]))

    const crowd = Array.from({ length: 30 }, () => suggest()[0]!)
    expect(suggest(crowd)[0]).not.toEqual(suggest()[0])
  })

  it('Suggestions by density are allowed points only, and the same for the same draws', () => {
    const xs = suggest([], (x) => x[1] !== 0)
    expect(xs.length).toBeGreaterThan(0)
    for (const x of xs) expect(x[1]).not.toBe(0)
    expect(suggest([], (x) => x[1] !== 0)).toEqual(xs)
    expect(suggest([], () => false)).toEqual([])
  })
})

describe('a parameter of very many values', () => {
  it('A parameter with very many values is searched as closely as a continuous one', () => {
    const bestOf = (axis: Axis): number => {
      const task = {
        space: [axis],
        constraints: [],
        method: { name: 'tpe', trialsMax: null },
        concurrency: 1,
        seed: 3,
        earlier: [],
      } as const

      const method = createMethod(task)
      const trials: Suggestion[] = []
      const results: Result[] = []

      for (let index = 0; index < 60; index += 1) {
        const [made] = method.suggest({ trials, results }, 1)
        trials.push(made!)
        results.push({ index, value: Math.abs(asNumber(made!.point['a'])! / 1e15 - 0.3) })
      }

      return Math.min(...results.map(({ value }) => value!))
    }

    expect(bestOf({ name: 'a', kind: 'int', low: 0, high: 1e15 })).toBeLessThan(1e-3)
    expect(bestOf({ name: 'a', kind: 'linspace', start: 0, stop: 1e15, count: 1e15 })).toBeLessThan(1e-3)
    expect(bestOf({ name: 'a', kind: 'uniform', low: 0, high: 1e15 })).toBeLessThan(1e-3)
  })
})
