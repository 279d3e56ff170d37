import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { GaussianPlan } from '../../../contract/plan.ts'
import type { SearchSpace } from '../../../contract/search-space.ts'
import { asNumber, encodeValue } from '../../../contract/values.ts'
import type { ValueMap } from '../../../contract/values.ts'
import { createCodec } from '../codec.ts'
import { smallestByBound } from './gaussian.ts'
import type { Result, Suggestion } from '../history.ts'
import { createSearch } from '../library.ts'
import type { SearchTask } from '../methods/method.ts'
import { createMethod, previewPoints } from '../methods/registry.ts'

const CUBE: SearchSpace = ['a', 'b', 'c'].map((name) => ({ name, kind: 'uniform', low: 0, high: 1 }))
const taskOf = (space: SearchSpace, patch: Partial<SearchTask> = {}, gaussian?: GaussianPlan): SearchTask => ({
  space,
  constraints: [],
  method: { name: 'bo', trialsMax: 200, ...(gaussian && { gaussian }) },
  concurrency: 4,
  seed: 5,
  earlier: [],
  ...patch,
})

const codesOf = (space: SearchSpace, point: ValueMap) => createCodec(space).encode(point)
/** A bowl with its bottom at about 0.3 in every coordinate, and a small ripple along the first. */
const bowl = (x: Float64Array) => x.reduce((sum, code) => sum + (code - 0.3) ** 2, 0.01 * Math.sin(40 * x[0]!))

const POINTS = previewPoints(taskOf(CUBE, { method: { name: 'sobol', trialsMax: 200 } }), 30).points
const VALUES = POINTS.map((point) => bowl(codesOf(CUBE, point)))

/** Returns the codes of the next suggestions after the given points with these values. */
function next(
  values: readonly (number | undefined)[],
  { count = 4, task = taskOf(CUBE), points = POINTS } = {},
): Float64Array[] {
  const trials = points.map((point): Suggestion => ({ point, source: 'sobol' }))
  const results = values.map((value, index): Result => ({ index, value }))
  const made = createMethod(task).suggest({ trials, results }, count)
  expect(made.every(({ source }) => source === 'gaussian')).toBe(true)
  return made.map(({ point }) => codesOf(task.space, point))
}

const distance = (x: Float64Array, y: Float64Array) =>
  x.reduce((most, code, j) => Math.max(most, Math.abs(code - y[j]!)), 0)

describe('transformed values', () => {
  const plain = next(VALUES)
  it.each([
    ['a constant', (value: number) => value + 1000],
    ['a factor', (value: number) => value * 1e6],
    ['a small factor', (value: number) => value * 1e-9],
    ['both', (value: number) => 3 * value - 50],
  ])('The suggestions do not change when all values are changed by %s', (_name, change) => {
    next(VALUES.map(change)).forEach((x, i) => expect(distance(x, plain[i]!)).toBeLessThan(1e-3))
  })

  it('The suggestions change when the values change', () => {
    expect(next(VALUES.map((value) => -value))).not.toEqual(plain)
  })
})

describe('one bad trial among thirty', () => {
  const incumbent = codesOf(CUBE, POINTS[VALUES.indexOf(Math.min(...VALUES))]!)
  const worst = VALUES.indexOf(Math.max(...VALUES))
  it.each([
    ['enormous', 1e30],
    ['no number', Number.NaN],
    ['infinite', Infinity],
    ['failed', undefined],
  ])('One bad trial does not move the suggestions away from the best: %s', (_name, bad) => {
    for (const place of [worst, 0, 17]) {
      const values = VALUES.map((value, i) => (i === place ? bad : value))

      const distances = next(values)
        .map((x) => distance(x, incumbent))
        .toSorted((a, b) => a - b)
      expect(distances[1]).toBeLessThan(0.3)
      expect(distances[3]).toBeLessThan(0.6)
    }
  })
})

describe('trials that run at the same time', () => {
  it('Concurrent trials lie apart, and further apart with a wider confidence bound', () => {
    const apart = (kappa: number) => {
      const task = taskOf(CUBE, { concurrency: 10 }, { acquisition: { kind: 'ucb', kappa, eps: 0 } })
      const xs = next(VALUES, { count: 10, task })
      return Math.min(...xs.flatMap((x, i) => xs.slice(0, i).map((y) => distance(x, y))))
    }
    expect(apart(0.1)).toBeGreaterThan(0)
    expect(apart(10)).toBeGreaterThan(0.02)
  })

  it('Suggestions are the same whether they are requested at once or one by one', () => {
    const trials = POINTS.map((point): Suggestion => ({ point, source: 'sobol' }))
    const results = VALUES.map((value, index): Result => ({ index, value }))
    const atOnce = createMethod(taskOf(CUBE)).suggest({ trials, results }, 4)
    const method = createMethod(taskOf(CUBE))
    const oneByOne: Suggestion[] = []
    for (let i = 0; i < 4; i += 1) oneByOne.push(...method.suggest({ trials: [...trials, ...oneByOne], results }, 1))
    expect(oneByOne).toEqual(atOnce)
  })
})

describe('spaces and results at the edge', () => {
  const words = (name: string, count: number): SearchSpace[number] => ({
    name,
    kind: 'values',
    values: Array.from({ length: count }, (_, i) => `w${i}`),
  })
  const one: SearchSpace[number] = { name: 'one', kind: 'values', values: [7] }

  function play(
    space: SearchSpace,
    value: (x: Float64Array, index: number) => number | undefined,
    count = 30,
  ): Suggestion[] {
    const task = taskOf(space, { concurrency: 2 })
    const method = createMethod(task)
    const trials: Suggestion[] = []
    const results: Result[] = []

    while (trials.length < count) {
      const made = method.suggest({ trials, results }, 2)
      if (made.length === 0) break
      for (const suggestion of made) {
        const index = trials.push(suggestion) - 1
        results.push({ index, value: value(codesOf(space, suggestion.point), index) })
      }
    }

    return trials
  }

  it.each([
    ['all values equal', CUBE, () => 3, 30],
    ['all trials failed', CUBE, () => undefined, 30],
    ['all but one failed', CUBE, (_x: Float64Array, index: number) => (index === 4 ? 1 : undefined), 30],
    [
      'enormous values of both signs',
      CUBE,
      (_x: Float64Array, index: number) => (index % 2 === 0 ? 1e308 : -1e308),
      30,
    ],
    ['one parameter', CUBE.slice(0, 1), bowl, 30],
    ['one whole number', [{ name: 'n', kind: 'int', low: 1, high: 30 }], bowl, 30],
    ['words alone', [words('u', 4), words('v', 3), words('w', 3)], (x: Float64Array) => x[0]! + x[1]! * x[2]!, 30],
    ['words alone, to the end', [words('u', 4), words('v', 3)], (x: Float64Array) => x[0]! + x[1]!, 12],
    ['a parameter with one value', [one, ...CUBE], bowl, 30],
    ['nothing but one value', [one], () => 1, 1],
    [
      'twenty parameters',
      Array.from({ length: 20 }, (_, i) => ({ name: `x${i}`, kind: 'uniform', low: 0, high: 1 })),
      bowl,
      50,
    ],
  ] as [string, SearchSpace, (x: Float64Array, index: number) => number | undefined, number][])(
    'A search at the limits makes distinct points inside its space: %s',
    (_name, space, value, expected) => {
      const points = play(space, value, Math.max(30, expected)).map(({ point }) => point)
      expect(points).toHaveLength(expected)
      expect(new Set(points.map(encodeValue)).size).toBe(expected)

      const codec = createCodec(space)
      for (const point of points) {
        const x = codec.encode(point)
        expect(codec.dimensions.every(({ categories }, j) => x[j]! >= 0 && x[j]! <= Math.max(1, categories - 1))).toBe(
          true,
        )
        expect(Object.keys(point)).toHaveLength(space.length)
      }
    },
  )

  it('A search accepts two trials at one point with different values', () => {
    const points = [...POINTS.slice(0, 15), ...POINTS.slice(0, 15)]
    const values = points.map((point, i) => bowl(codesOf(CUBE, point)) + (i < 15 ? 0 : 0.5))
    for (const x of next(values, { points })) expect(x.every((code) => code >= 0 && code <= 1)).toBe(true)
  })

  it('Trials of an earlier sweep replace the initial design', () => {
    const earlier = POINTS.map((point, i) => ({ point, value: VALUES[i]! }))
    const [first] = createMethod(taskOf(CUBE, { earlier })).suggest({ trials: [], results: [] }, 1)
    expect(first!.source).toBe('gaussian')
    expect(distance(codesOf(CUBE, first!.point), Float64Array.of(0.3, 0.3, 0.3))).toBeLessThan(0.4)
  })
})

describe('options of the document', () => {
  it.each<[string, GaussianPlan]>([
    ['ucb', { acquisition: { kind: 'ucb', kappa: 1.5, eps: 0 } }],
    ['ei', { acquisition: { kind: 'ei', kappa: 0, eps: 0.01 } }],
    ['poi', { acquisition: { kind: 'poi', kappa: 0, eps: 0.01 } }],
    ['matern32', { shape: 'matern32', length: 0.5 }],
    ['rbf', { shape: 'rbf' }],
    ['few candidates', { candidates: 10, starts: 1 }],
  ])('An option of the document changes the suggestions: %s', (_name, gaussian) => {
    const task = taskOf(CUBE, {}, gaussian)
    const found = next(VALUES, { task })
    expect(found).not.toEqual(next(VALUES))
    const near = found.map((x) => distance(x, Float64Array.of(0.3, 0.3, 0.3)))
    expect(Math.min(...near)).toBeLessThan(0.3)
  })

  it('A narrow confidence bound stays near the best mean, and a wide one explores', () => {
    const ucb = (kappa: number) =>
      next(VALUES, { count: 1, task: taskOf(CUBE, {}, { acquisition: { kind: 'ucb', kappa, eps: 0 } }) })[0]!
    const middle = Float64Array.of(0.3, 0.3, 0.3)
    expect(distance(ucb(0.01), middle)).toBeLessThan(0.15)
    expect(distance(ucb(50), middle)).toBeGreaterThan(distance(ucb(0.01), middle))
  })

  it('The option initial sets the number of points of the initial design', () => {
    const method = createMethod(taskOf(CUBE, { concurrency: 1 }, { initial: 7 }))
    const trials: Suggestion[] = []
    for (let index = 0; index < 9; index += 1)
      trials.push(
        ...method.suggest(
          { trials, results: trials.map(({ point }, i) => ({ index: i, value: asNumber(point['a'])! })) },
          1,
        ),
      )

    expect(trials.map(({ source }) => source)).toEqual([
      'centre',
      ...Array.from({ length: 6 }, () => 'sobol'),
      'gaussian',
      'gaussian',
    ])
  })
})

describe('best', () => {
  it('best gives the same items as sorting all, and does not evaluate items that cannot be among them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(20), fc.nat(5)), { maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        (rows, count) => {
          const items = rows.map(([bound, above], item) => ({ item, bound, value: bound + above }))
          const sorted = items.toSorted((a, b) => a.value - b.value || a.item - b.item).slice(0, count)
          expect(smallestByBound(items, count, ({ value }) => value)).toEqual(
            sorted.map(({ item, value }) => ({ item, value })),
          )
        },
      ),
    )

    let asked = 0
    smallestByBound(
      Array.from({ length: 100 }, (_, item) => ({ item, bound: item })),
      3,
      ({ bound }) => {
        asked += 1
        return bound
      },
    )
    expect(asked).toBeLessThan(10)
  })
})

describe('regressions', () => {
  it('A search continues however many trials run without a result', () => {
    const search = createSearch({ space: [{ name: 'x', type: 'float', low: 0, high: 1 }], method: 'bo' })
    for (let i = 0; i < 10; i += 1) {
      const [trial] = search.ask()
      search.tell([{ id: trial!.id, value: i }])
    }
    expect(search.ask(60)).toHaveLength(60)
  })

  it('A search repeats no point of a normal axis, and never tries a value of probability 0', () => {
    const space: SearchSpace = [
      { name: 'x', kind: 'normal', loc: 0, scale: 1 },
      { name: 'k', kind: 'pvalues', values: ['a', 'never', 'c'], weights: [0.5, 0, 0.5] },
    ]
    for (const name of ['bo', 'auto', 'cmaes', 'tpe'] as const) {
      const method = createMethod({
        space,
        constraints: [],
        method: { name, trialsMax: null },
        concurrency: 1,
        seed: 3,
        earlier: [],
      })
      const history: { trials: Suggestion[]; results: Result[] } = { trials: [], results: [] }
      for (let index = 0; index < 40; index += 1) {
        const [made] = method.suggest(history, 1)
        history.trials.push(made!)
        history.results.push({ index, value: asNumber(made!.point['x'])! })
      }
      expect(new Set(history.trials.map(({ point }) => encodeValue(point))).size, name).toBe(40)
      expect(
        history.trials.filter(({ point }) => point['k'] === 'never'),
        name,
      ).toEqual([])
    }
  })
})
