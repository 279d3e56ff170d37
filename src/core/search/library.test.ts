import { describe, expect, it } from 'vitest'

import { createSearch } from './library.ts'
import type { Parameter, SearchOptions } from './library.ts'

const x: Parameter = { name: 'x', type: 'float', low: 0, high: 1 }
const kind: Parameter = { name: 'kind', type: 'cat', values: ['a', 'b'] }
const MIXED: readonly Parameter[] = [
  x,
  { name: 'rate', type: 'float', low: 1e-5, high: 1, log: true },
  { name: 'layers', type: 'int', low: 1, high: 8 },
  { name: 'width', type: 'int', low: 8, high: 512, log: true },
  kind,
  { name: 'deep', type: 'float', low: 0, high: 1, when: { name: 'kind', in: ['b'] } },
]

describe('invalid arguments', () => {
  const of = (...space: unknown[]) => ({ space }) as unknown as SearchOptions
  it.each([
    ['no parameter', of(), /no parameter/],
    ['a name twice', of(x, x), /x is there twice/],
    ['a type that there is not', of({ ...x, type: 'real' }), /x has the type real/],
    ['no values', of({ name: 'k', type: 'cat', values: [] }), /k has no values/],
    ['reversed bounds', of({ ...x, low: 2 }), /x needs bounds.*2 and 1/],
    ['a bound that is no number', of({ ...x, low: Number.NaN }), /x needs bounds/],
    ['an endless bound', of({ ...x, high: Infinity }), /x needs bounds/],
    ['a logarithm of zero', of({ ...x, log: true }), /x is logarithmic/],
    ['bounds that are not whole', of({ ...x, type: 'int', high: 1.5 }), /x needs whole bounds/],
    ['a condition on nothing', of({ ...x, when: { name: 'y', in: [1] } }), /when of x/],
    ['a condition on itself', of({ ...x, when: { name: 'x', in: [1] } }), /when of x/],
    [
      'conditions in a circle',
      of({ ...x, when: { name: 'kind', in: ['a'] } }, { ...kind, when: { name: 'x', in: [1] } }),
      /when of x/,
    ],
    ['a parameter without a name', of({ type: 'float', low: 0, high: 1 }), /no name/],
    ['no list of values', of({ name: 'k', type: 'cat' }), /k has no values/],
    ['no space', {} as SearchOptions, /no parameter/],
    ['a width beyond all numbers', of({ ...x, low: -1.7e308, high: 1.7e308 }), /x is wider/],
    [
      'more whole numbers than can be counted',
      of({ ...x, type: 'int', low: -(2 ** 53 - 1), high: 2 ** 53 - 1 }),
      /x has more values/,
    ],
    ['a direction that there is not', { space: [x], direction: 'max' as 'maximize' }, /direction/],
    ['a constraint on nothing', { space: [x], constraints: ['lrr < 1'] }, /lrr is not a parameter.*: x/],
    ['a method that there is not', { space: [x], method: 'magic' as 'bo' }, /no method magic/],
    ['a method of rungs', { space: [x], method: 'asha' as 'bo' }, /no method asha/],
  ] as const)('createSearch refuses %s', (_name, options, message) => {
    expect(() => createSearch(options)).toThrow(RangeError)
    expect(() => createSearch(options)).toThrow(message)
  })

  it('A search refuses an outcome of a trial that it has not made, and an outcome without a value', () => {
    const search = createSearch({ space: [x] })
    expect(() => search.tell([{ id: 0, value: 1 }])).toThrow(RangeError)
    search.ask()
    expect(() => search.tell([{ id: 0, value: 1 }])).not.toThrow()

    for (const said of [{ id: 0 }, { id: 0, failed: false }, { id: 0, value: undefined }, { id: 0, value: '1' }])
      expect(() => search.tell([said as never])).toThrow(/neither a value/)
    expect(() => search.tell([{ id: 0, value: null } as never])).not.toThrow()
    for (const id of [1, -1, 0.5]) expect(() => search.tell([{ id, value: 1 }])).toThrow(RangeError)
  })
})

describe('a search', () => {
  const run = (
    options: SearchOptions,
    trials: number,
    value: (params: Readonly<Record<string, unknown>>, id: number) => number | undefined,
  ) => {
    const search = createSearch(options)
    const asked = Array.from({ length: trials }, () => {
      const [trial] = search.ask()
      const found = value(trial!.params, trial!.id)
      search.tell([found === undefined ? { id: trial!.id, failed: true } : { id: trial!.id, value: found }])
      return trial!
    })
    return { search, asked }
  }
  const bowl = (params: Readonly<Record<string, unknown>>) => (Number(params['x']) - 0.3) ** 2

  it('A search numbers its trials, and gives plain values inside the space', () => {
    const { asked } = run({ space: MIXED, method: 'sobol', trials: 40 }, 40, bowl)
    expect(asked.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, id) => id))
    for (const { params, source } of asked) {
      expect(source).toBe('sobol')
      expect(JSON.parse(JSON.stringify(params))).toEqual(params)
      expect(Number(params['rate'])).toBeGreaterThanOrEqual(1e-5)
      expect(Number(params['rate'])).toBeLessThanOrEqual(1)
      expect(Number.isInteger(params['layers']) && Number.isInteger(params['width'])).toBe(true)
      expect(Object.hasOwn(params, 'deep')).toBe(params['kind'] === 'b')
    }
  })

  it('A search finds the minimum of a bowl, and the maximum of the inverted bowl', () => {
    const down = run({ space: [x], method: 'bo', trials: 25 }, 25, bowl)
    const up = run({ space: [x], method: 'bo', trials: 25, direction: 'maximize' }, 25, (params) => -bowl(params))
    expect(down.search.best!.value).toBeLessThan(1e-5)
    expect(up.search.best!.value).toBe(-down.search.best!.value)
    expect(up.asked).toEqual(down.asked)
  })

  it('A search keeps the later of two outcomes of a trial', () => {
    const search = createSearch({ space: [{ name: 'x', type: 'float', low: 0, high: 1 }] })
    search.ask(2)
    search.tell([
      { id: 0, value: 1 },
      { id: 1, value: 2 },
      { id: 0, failed: true },
    ])
    expect(search.best).toMatchObject({ trial: { id: 1 }, value: 2 })
    search.tell([{ id: 1, value: 5 }])
    expect(search.best).toMatchObject({ trial: { id: 1 }, value: 5 })
  })

  it.each([
    [{ constraints: ['a <'] }, /constraint a </],
    [{ trials: 0 }, /trials/],
    [{ seed: 1.5 }, /seed/],
    [{ concurrency: Number.NaN }, /concurrency/],
  ])('createSearch refuses the option %o', (wrong, words) => {
    expect(() => createSearch({ space: [{ name: 'x', type: 'float', low: 0, high: 1 }], ...wrong })).toThrow(words)
  })

  it('A search ignores earlier trials whose values are not in the space', () => {
    const search = createSearch({
      space: [{ name: 'a', type: 'float', low: 0, high: 1 }],
      method: 'cmaes',
      earlier: [
        { params: { a: 'x' }, value: 1 },
        { params: { a: 7 }, value: 1 },
      ],
    })
    for (const { params } of search.ask(10)) expect(params['a']).toBeGreaterThanOrEqual(0)
  })

  it('A search reports the best trial', () => {
    const search = createSearch({ space: [x], direction: 'maximize' })
    expect(search.best).toBeUndefined()
    const trials = search.ask(4)
    search.tell([
      { id: 2, value: 5 },
      { id: 1, value: 7 },
      { id: 0, failed: true },
      { id: 3, value: Number.POSITIVE_INFINITY },
    ])
    expect(search.best).toEqual({ trial: trials[1], value: 7 })
  })

  it('A search keeps away from where trials failed', () => {
    const { asked } = run({ space: [x], method: 'bo', trials: 30, seed: 3 }, 30, (params) =>
      Number(params['x']) > 0.5 ? undefined : -Number(params['x']),
    )
    // The best point lies at the edge of the failures. Late trials do not lie far beyond the edge.
    const late = asked.slice(15).map(({ params }) => Number(params['x']))
    expect(late.filter((value) => value > 0.6).length).toBeLessThan(3)
  })

  it('A search treats NaN and infinite values as failures', () => {
    const at = (bad: number | undefined) =>
      run({ space: [x], method: 'bo', trials: 20 }, 20, (params, id) => (id % 5 === 4 ? bad : bowl(params))).asked
    expect(at(Number.NaN)).toEqual(at(undefined))
    expect(at(Infinity)).toEqual(at(undefined))
  })

  it('A search is the same for the same seed, and another for another seed', () => {
    const asked = (seed: number | undefined) =>
      run({ space: MIXED, trials: 25, ...(seed !== undefined && { seed }) }, 25, bowl).asked
    expect(asked(0)).toEqual(asked(undefined))
    expect(asked(7)).toEqual(asked(7))
    expect(asked(7)).not.toEqual(asked(8))
  })

  it('A search ends when the space or the budget is used up', () => {
    const ofSpace = createSearch({ space: [kind, { name: 'n', type: 'int', low: 1, high: 3 }] })
    expect(ofSpace.ask(100)).toHaveLength(6)
    expect(ofSpace.ask()).toEqual([])
    const ofBudget = createSearch({ space: [x], trials: 5 })
    expect(ofBudget.ask(3)).toHaveLength(3)
    expect(ofBudget.ask(3)).toHaveLength(2)
  })

  it('A parameter with equal bounds has one value, and a value listed twice counts once', () => {
    const search = createSearch({
      space: [
        { ...x, low: 2, high: 2 },
        { name: 'k', type: 'cat', values: [1, 1, 2] },
      ],
      method: 'grid',
    })
    expect(search.ask(10).map(({ params }) => params)).toEqual([
      { x: 2, k: 1 },
      { x: 2, k: 2 },
    ])
  })

  it('A search meets its constraints', () => {
    const { asked } = run({ space: MIXED, trials: 30, constraints: ['layers * width <= 512'] }, 30, bowl)
    for (const { params } of asked) expect(Number(params['layers']) * Number(params['width'])).toBeLessThanOrEqual(512)
  })

  it('A search continues from the trials of an earlier search', () => {
    const earlier = Array.from({ length: 20 }, (_, i) => ({ params: { x: i / 20 }, value: (i / 20 - 0.3) ** 2 }))
    const { asked } = run({ space: [x], method: 'bo', trials: 10, earlier }, 5, bowl)
    expect(asked[0]!.source).toBe('gaussian')
    for (const { params } of asked.slice(0, 2)) expect(Math.abs(Number(params['x']) - 0.3)).toBeLessThan(0.1)
  })

  it('A search reports the method that auto chose', () => {
    expect(createSearch({ space: [x] }).choice).toEqual({ method: 'bo', reason: 'model' })
    expect(createSearch({ space: [kind] }).choice).toEqual({ method: 'random', reason: 'space_small' })
    expect(createSearch({ space: [x], method: 'tpe' }).choice).toBeUndefined()
  })
})
