import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { METHOD_NAMES } from '../../contract/plan.ts'
import type { HalvingPlan, MethodName } from '../../contract/plan.ts'
import type { Axis, SearchSpace } from '../../contract/search-space.ts'
import { asNumber } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { computeInsights } from './insight/insights.ts'
import { createCodec } from './codec.ts'
import type { History, Result, Suggestion } from './history.ts'
import type { SearchTask } from './methods/method.ts'
import { checkPoint } from './points.ts'
import { createMethod } from './methods/registry.ts'
import { axisSize, spaceSize } from './space.ts'

const halving: HalvingPlan = {
  resource: 'n',
  isWhole: true,
  max: 9,
  min: 1,
  eta: 3,
  form: 'promotion',
  resumes: true,
  chooser: 'auto',
}
const TRIALS = 14
const taskOf = (name: MethodName, space: SearchSpace): SearchTask => ({
  space,
  constraints: [],
  // `TRIALS` exceeds the ten trials after which densities choose points. The budget of 40 makes `auto` choose its
  // model.
  method: { name, trialsMax: 40, ...((name === 'hyperband' || name === 'asha') && { halving }) },
  concurrency: 2,
  seed: 7,
  earlier: [],
})

const value = (point: ValueMap): number => (asNumber(point['x'])! - 0.3) ** 2 + (point['kind'] === 'b' ? 0.2 : 0)

/** Runs a search with two trials at a time. Their results are reported before the next two are requested. */
function search(name: MethodName, space: SearchSpace): History {
  const method = createMethod(taskOf(name, space))
  const trials: Suggestion[] = []
  const results: Result[] = []

  while (trials.length < TRIALS) {
    const made = method.suggest({ trials, results }, 2)
    if (made.length === 0) break
    for (const suggestion of made) {
      results.push({
        index: trials.length,
        value: value(suggestion.point),
        ...((name === 'hyperband' || name === 'asha') && { rung: 0 }),
      })
      trials.push(suggestion)
    }
  }

  return { trials, results }
}

const BASE: SearchSpace = [
  { name: 'x', kind: 'uniform', low: 0, high: 1 },
  { name: 'kind', kind: 'values', values: ['a', 'b'] },
]
const LISTED: SearchSpace = [{ name: 'x', kind: 'linspace', start: 0, stop: 1, count: 20 }, BASE[1]!]
const baseOf = (name: MethodName): SearchSpace => (name === 'grid' ? LISTED : BASE)

const edge = fc.constantFrom(
  0,
  0.5,
  1,
  -1,
  3,
  1e-300,
  5e-324,
  -5e-324,
  1e300,
  -1e300,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
)
const number = fc.oneof(edge, fc.double({ noNaN: true, noDefaultInfinity: true }))
const scale = number.map(Math.abs)
const positive = scale.filter((at) => at > 0)
const bounds = fc.tuple(number, number).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }))
const positiveBounds = fc.tuple(positive, positive).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }))
const whole = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(2 ** 31, 1e15, Number.MAX_SAFE_INTEGER))
const wholeBounds = fc.tuple(whole, whole).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }))
const name = 'odd'
/** Any axis that a document can define, including bounds at the limits of doubles. */
const anyAxis: fc.Arbitrary<Axis> = fc.oneof(
  fc.tuple(fc.constantFrom('uniform', 'loguniform'), bounds).map(([kind, at]) => ({ name, kind, ...at })),
  positiveBounds.filter(({ low, high }) => low < high).map((at): Axis => ({ name, kind: 'log', ...at })),
  fc.tuple(fc.constantFrom('int', 'logint'), wholeBounds).map(([kind, at]) => ({ name, kind, ...at })),
  fc
    .tuple(fc.constantFrom('normal', 'lognormal'), number, scale)
    .map(([kind, loc, spread]) => ({ name, kind, loc, scale: spread })),
  fc
    .tuple(fc.constantFrom('qnormal', 'qlognormal'), number, scale, positive, fc.boolean())
    .map(([kind, loc, spread, q, isFloat]) => ({ name, kind, loc, scale: spread, q, isFloat })),
  fc
    .tuple(fc.constantFrom('quniform', 'qloguniform'), bounds, positive, fc.boolean())
    .filter(([, { low, high }, q]) => [low / q, high / q, (high - low) / q].every(Number.isFinite))
    .map(([kind, at, q, isFloat]) => ({ name, kind, ...at, q, isFloat })),
  fc
    .tuple(bounds, whole)
    .map(([{ low, high }, count]): Axis => ({ name, kind: 'linspace', start: low, stop: high, count })),
  fc
    .tuple(positiveBounds, whole)
    .map(([{ low, high }, count]): Axis => ({ name, kind: 'geomspace', start: low, stop: high, count })),
  fc
    .tuple(bounds, whole)
    .map(([{ low, high }, count]): Axis => ({ name, kind: 'logspace', start: low, stop: high, count, base: 10 })),
)
const q = { q: 0.5, isFloat: true }
/** Axes with a single value, of every kind that can have one. */
const CONSTANTS: readonly Axis[] = [
  { name, kind: 'uniform', low: 0.5, high: 0.5 },
  { name, kind: 'uniform', low: 0, high: 0 },
  { name, kind: 'loguniform', low: -3, high: -3 },
  { name, kind: 'loguniform', low: 800, high: 900 },
  { name, kind: 'log', low: 1e300, high: 1.0000000000000002e300 },
  { name, kind: 'normal', loc: 1, scale: 0 },
  { name, kind: 'normal', loc: 1e20, scale: 1 },
  { name, kind: 'lognormal', loc: 1, scale: 0 },
  { name, kind: 'quniform', low: 1, high: 1, ...q },
  { name, kind: 'quniform', low: 1.1, high: 1.2, ...q },
  { name, kind: 'qloguniform', low: 1, high: 1, ...q },
  { name, kind: 'qnormal', loc: 1, scale: 0, ...q },
  { name, kind: 'qnormal', loc: 1, scale: 1e-3, ...q },
  { name, kind: 'qlognormal', loc: 1, scale: 0, ...q },
  { name, kind: 'int', low: 3, high: 3 },
  { name, kind: 'logint', low: 3, high: 3 },
  { name, kind: 'range', start: 1, step: 1, count: 1, isFloat: false },
  { name, kind: 'linspace', start: 1, stop: 2, count: 1 },
  { name, kind: 'linspace', start: -1e308, stop: 1e308, count: 1 },
  { name, kind: 'logspace', start: 1, stop: 2, count: 1, base: 10 },
  { name, kind: 'geomspace', start: 1, stop: 2, count: 1 },
  { name, kind: 'values', values: [7] },
  { name, kind: 'values', values: ['only'] },
  { name, kind: 'pvalues', values: ['never', 'always'], weights: [0, 1] },
  { name, kind: 'pvalues', values: ['none', 'last'], weights: [0, 0] },
]
const LISTED_KINDS = new Set(['values', 'range', 'linspace', 'logspace', 'geomspace', 'int'])
const METHODS = METHOD_NAMES
const seed = Number(process.env['HAGANE_TEST_SEED'] ?? 20_250_301)

function isInside(axis: Axis, found: Value): boolean {
  const at = asNumber(found)
  if (at === undefined) return axis.kind === 'values' || axis.kind === 'pvalues'
  if (!Number.isFinite(at)) return false
  const within = (low: number, high: number, slack = 0): boolean => at >= low - slack && at <= high + slack
  const exp = (exponent: number): number => Math.min(Number.MAX_VALUE, Math.exp(exponent))
  switch (axis.kind) {
    case 'uniform':
    case 'log':
    case 'int':
    case 'logint':
      return within(axis.low, axis.high)
    case 'quniform':
      return within(axis.low, axis.high, axis.q + 1e-9 * Math.abs(axis.high))
    case 'loguniform':
      return within(exp(axis.low), exp(axis.high))
    case 'qloguniform':
      return within(exp(axis.low), exp(axis.high), axis.q + 1e-9 * exp(axis.high))
    case 'linspace':
    case 'geomspace':
      return within(axis.start, axis.stop, 1e-9 * Math.abs(axis.stop))
    default:
      return true
  }
}

describe.each(METHODS)('a search by %s', (method) => {
  it('A search suggests finite values inside every axis, however wide or narrow the axis is', () => {
    fc.assert(
      fc.property(anyAxis, fc.boolean(), (axis, isFirst) => {
        fc.pre(method !== 'grid' || LISTED_KINDS.has(axis.kind))
        const space = isFirst ? [axis, ...baseOf(method)] : [...baseOf(method), axis]
        const { trials } = search(method, space)

        expect(trials.length).toBe(TRIALS)
        for (const { point } of trials) {
          expect(isInside(axis, point[name]!)).toBe(true)
          expect(asNumber(point['x'])).toBeGreaterThanOrEqual(0)
          expect(asNumber(point['x'])).toBeLessThanOrEqual(1)
        }
      }),
      {
        seed,
        numRuns: method === 'grid' ? 60 : 25,
        examples: [[{ name, kind: 'uniform', low: -1e308, high: 1e308 }, true]],
      },
    )
  })

  it('A search suggests the same points with and without a parameter of one value', () => {
    const plain = search(method, baseOf(method)).trials
    for (const [at, axis] of CONSTANTS.filter(({ kind }) => method !== 'grid' || LISTED_KINDS.has(kind)).entries()) {
      const place = at % 3
      const space = [...baseOf(method).slice(0, place), axis, ...baseOf(method).slice(place)]
      const { trials } = search(method, space)
      expect(trials.map(({ point: { [name]: _only, ...others } }) => others)).toEqual(plain.map(({ point }) => point))
      expect(trials.every(({ point }) => isInside(axis, point[name]!))).toBe(true)
    }
  })
})

describe('a parameter of one value', () => {
  it.each(CONSTANTS.map((axis) => [`${axis.kind} ${JSON.stringify(axis)}`, axis] as const))(
    'A parameter of one value gives a space of one point: %s',
    (_title, axis) => {
      const codec = createCodec([axis])
      expect(codec.dimensions).toEqual([])
      const only = codec.decode(new Float64Array(0))
      expect(Object.keys(only)).toEqual([name])

      if (axis.kind !== 'pvalues') expect([axisSize(axis), spaceSize([axis])]).toEqual([1, 1n])
      expect(checkPoint([axis], [], only)).toMatchObject({ point: only })
      expect(checkPoint([axis], [], {})).toMatchObject({ problem: { detail: 'point_missing' } })
      expect(checkPoint([axis], [], { [name]: 'other' })).toHaveProperty('problem')
    },
  )

  it('A parameter of one value exists only where its condition holds', () => {
    const space: SearchSpace = [
      { name: 'odd', kind: 'uniform', low: 2, high: 2, when: { name: 'kind', in: ['b'] } },
      { name: 'kind', kind: 'values', values: ['a', 'b'] },
      { name: 'never', kind: 'uniform', low: 0, high: 1, when: { name: 'fixed', in: ['z'] } },
      { name: 'fixed', kind: 'values', values: ['y'] },
    ]
    const codec = createCodec(space)

    const points = [0, 1].map((kind) => codec.decode(codec.normalise(Float64Array.of(kind, 0.4))))
    expect(points.map((point) => Object.keys(point))).toEqual([
      ['kind', 'fixed'],
      ['odd', 'kind', 'fixed'],
    ])
    expect(points.map((point) => codec.keyOf(codec.encode(point)))).toEqual(['0,500000000', '1000000000,500000000'])
  })

  it('A parameter of one value has importance 0 and does not change the expected improvement', () => {
    const { trials, results } = search('random', BASE)
    const task = taskOf('random', BASE)
    const plain = computeInsights(task, { trials, results })

    for (const axis of CONSTANTS) {
      const space = [BASE[0]!, axis, BASE[1]!]
      const codec = createCodec(space)
      const known = {
        trials: trials.map(({ point, source }) => ({ point: codec.decode(codec.encode(point)), source })),
        results,
      }

      const beliefs = computeInsights({ ...task, space }, known)
      expect(beliefs.importance).toEqual([...plain.importance, { name, share: 0, sd: 0 }])
      expect(beliefs.expectedImprovement).toBe(plain.expectedImprovement)
    }
  })

  it('A space of one parameter with one value gives one trial with every method', () => {
    for (const method of METHODS.filter((one) => one !== 'grid'))
      expect([method, search(method, [{ name: 'x', kind: 'uniform', low: 0.5, high: 0.5 }]).trials.length]).toEqual([
        method,
        1,
      ])
  })
})
