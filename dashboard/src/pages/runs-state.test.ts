import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { RunView } from '../../../src/contract/run.ts'
import { cellOf, columnFor, defaultColumns, drawnRuns, filterOf, filterOfGroup, nextSort, parseColumn, readRunsState, writeRunsState } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
const column = fc.oneof(
  name.map((text) => columnFor('param', text)),
  fc.tuple(name, fc.constantFrom('last', 'min', 'max', 'mean')).map(([text, part]) => columnFor('metric', text, part)),
)
const state: fc.Arbitrary<RunsState> = fc.record({
  filter: fc.string({ maxLength: 60, unit: 'grapheme' }),
  phases: fc.uniqueArray(fc.constantFrom('running', 'failed', 'succeeded'), { maxLength: 3 }),
  sort: fc.uniqueArray(fc.record({ field: fc.constantFrom('name', 'created', 'm.loss.last', 'p.lr'), isDescending: fc.boolean() }), {
    maxLength: 3,
    selector: (key) => key.field,
  }),
  group: fc.uniqueArray(column, { maxLength: 4 }),
  columns: fc.option(fc.uniqueArray(column, { maxLength: 6 }), { nil: undefined }),
  selected: fc.uniqueArray(fc.integer({ min: 1, max: 1e6 }), { maxLength: 50 }),
  drawn: fc.constantFrom(5, 10, 20, 50),
  axis: fc.constantFrom('step', 'relative', 'wall'),
  smoothing: fc.constantFrom(0, 0.3, 0.6, 0.97),
  panels: fc.option(fc.uniqueArray(name, { maxLength: 4 }), { nil: undefined }),
})

describe('the state of the list of runs', () => {
  it('comes back from the address as it went in', () => {
    fc.assert(
      fc.property(state, (given) => {
        const query = new URLSearchParams(Object.entries(writeRunsState(given)).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
        expect(readRunsState(new URLSearchParams(query.toString()))).toEqual(given)
      }),
    )
  })

  it('leaves out of the address what is as it is by itself', () => {
    expect(Object.values(writeRunsState(readRunsState(new URLSearchParams()))).every((value) => value === null)).toBe(true)
  })

  it.each([
    ['x=nowhere', { axis: 'step' }],
    ['smooth=5', { smoothing: 0.99 }],
    ['smooth=-1', { smoothing: 0 }],
    ['smooth=nan', { smoothing: 0 }],
    ['sel=1,x,2;drop', { selected: [1] }],
    ['draw=1000000', { drawn: 10 }],
    ['sort=,-,--m.loss', { sort: [{ field: '-m.loss', isDescending: true }] }],
  ])('of %s takes what makes sense', (text, expected) => expect(readRunsState(new URLSearchParams(text))).toMatchObject(expected))
})

describe('columns', () => {
  it('name any parameter and any summary of any metric', () => {
    fc.assert(
      fc.property(name, fc.constantFrom('last' as const, 'min' as const, 'max' as const, 'mean' as const), (text, part) => {
        expect(parseColumn(columnFor('param', text))).toEqual({ kind: 'param', name: text })
        expect(parseColumn(columnFor('metric', text, part))).toEqual({ kind: 'metric', name: text, part })
      }),
    )
  })

  const run = (number: number, params: Record<string, unknown>, metrics: Record<string, number>): RunView =>
    ({
      number,
      params,
      metrics: Object.fromEntries(Object.entries(metrics).map(([key, last]) => [key, { last, min: 0, max: 9, mean: 5, count: 1 }])),
    }) as unknown as RunView

  it('are by themselves the common metrics and the parameters that differ', () => {
    const runs = [run(1, { lr: 0.1, seed: 1 }, { loss: 1, 'system.cpu_percent': 3 }), run(2, { lr: 0.2, seed: 1 }, { loss: 2, f1: 1 })]
    expect(defaultColumns(runs)).toEqual(['m.loss.last', 'm.f1.last', 'p.lr'])
    expect(
      defaultColumns(runs, [
        { field: 'm.f1.max', isDescending: true },
        { field: 'name', isDescending: false },
      ]),
    ).toEqual(['m.f1.max', 'm.loss.last', 'm.f1.last', 'p.lr'])
    expect(cellOf(runs[0]!, 'm.loss.max')).toBe(9)
    expect(cellOf(runs[0]!, 'm.f1.last')).toBeUndefined()
    expect(cellOf(runs[1]!, 'p.lr')).toBe(0.2)
  })

  it('draw what is selected, else the first that have something to draw', () => {
    const runs = [run(1, {}, {}), run(2, {}, { a: 1 }), run(3, {}, { a: 1 }), run(4, {}, { a: 1 })]
    expect(drawnRuns(runs, { selected: [], drawn: 2 }).map(({ number }) => number)).toEqual([2, 3])
    expect(drawnRuns(runs, { selected: [4, 1], drawn: 2 }).map(({ number }) => number)).toEqual([1, 4])
  })
})

describe('groups', () => {
  it('are asked for by a filter of their keys', () => {
    expect(filterOfGroup(['p.model', 'p.lr', 'branch'], ['gb "dt"', '0.1', null])).toBe('p.model = "gb \\"dt\\"" and p.lr = "0.1" and branch is missing')
  })
})

describe('filters and orders', () => {
  it.each([
    ['', [], ''],
    [' m.loss < 1 or p.lr = 2 ', [], 'm.loss < 1 or p.lr = 2'],
    ['', ['failed', 'running'], 'phase in (failed, running)'],
    ['a = 1 or b = 2', ['failed'], '(a = 1 or b = 2) and phase in (failed)'],
  ])('%j with the phases %j is %j', (filter, phases, expected) => expect(filterOf({ filter, phases })).toBe(expected))

  it('go falling, rising, away with clicks on a head; more keys with Shift', () => {
    const first = nextSort([], 'a', false)
    expect(first).toEqual([{ field: 'a', isDescending: true }])
    expect(nextSort(first, 'a', false)).toEqual([{ field: 'a', isDescending: false }])
    expect(nextSort([{ field: 'a', isDescending: false }], 'a', false)).toEqual([])
    expect(nextSort(first, 'b', true)).toEqual([...first, { field: 'b', isDescending: true }])
    expect(nextSort(first, 'b', false)).toEqual([{ field: 'b', isDescending: true }])
  })
})
