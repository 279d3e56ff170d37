import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { RunView } from '../../../../src/contract/run.ts'
import { columnFor } from './columns.ts'
import { addressOf, drawnRuns, filterOf, nextSort, rangeOf, readRunsState, writeRunsState } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
const column = fc.oneof(
  name.map((text) => columnFor('param', text)),
  fc.tuple(name, fc.constantFrom('last', 'min', 'max', 'mean')).map(([text, part]) => columnFor('metric', text, part)),
)
const state: fc.Arbitrary<RunsState> = fc.record({
  filter: fc.string({ maxLength: 60, unit: 'grapheme' }),
  isTrash: fc.boolean(),
  phases: fc.uniqueArray(fc.constantFrom('running', 'failed', 'succeeded'), { maxLength: 3 }),
  sort: fc.uniqueArray(
    fc.record({ field: fc.oneof(fc.constantFrom('name', 'created'), column), isDescending: fc.boolean() }),
    {
      maxLength: 3,
      selector: (key) => key.field,
    },
  ),
  group: fc.uniqueArray(column, { maxLength: 4 }),
  columns: fc.option(fc.uniqueArray(column, { maxLength: 6 }), { nil: undefined }),
  selected: fc.uniqueArray(fc.integer({ min: 1, max: 1e6 }), { maxLength: 50 }),
  drawn: fc.constantFrom(5, 10, 20, 50),
  pinned: fc.uniqueArray(column, { maxLength: 4 }),
  widths: fc.dictionary(column, fc.integer({ min: 56, max: 800 }), { maxKeys: 3 }),
  axis: fc.oneof(
    fc.constantFrom('step', 'relative', 'wall'),
    name.map((text) => `m.${text}`),
  ),
  zoom: fc.option(
    fc
      .tuple(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.double({ min: 1e-3, max: 1e9, noNaN: true }))
      .map(([from, length]) => [from + 0, from + 0 + length] as const),
    { nil: undefined },
  ),
  scatter: fc.option(fc.tuple(column, column), { nil: undefined }),
  bars: fc.option(column, { nil: undefined }),
  smoothing: fc.constantFrom(0, 0.3, 0.6, 0.97),
  panels: fc.option(fc.uniqueArray(name, { maxLength: 4 }), { nil: undefined }),
  unfolded: fc.uniqueArray(
    fc.array(fc.option(name), { minLength: 1, maxLength: 3 }).map((keys) => JSON.stringify(keys)),
    { maxLength: 3 },
  ),
  large: fc.uniqueArray(name, { maxLength: 3 }),
  log: fc.uniqueArray(name, { maxLength: 3 }),
})

describe('the state of the run list', () => {
  it('A state that is written to the address is read back unchanged', () => {
    fc.assert(
      fc.property(state, (given) => {
        expect(readRunsState(new URLSearchParams(addressOf(given)))).toEqual(given)
      }),
    )
  })

  it('The default state writes nothing to the address', () => {
    expect(Object.values(writeRunsState(readRunsState(new URLSearchParams()))).every((value) => value === null)).toBe(
      true,
    )
  })

  it.each([
    ['x=nowhere', { axis: 'step' }],
    ['smooth=5', { smoothing: 0.99 }],
    ['smooth=-1', { smoothing: 0 }],
    ['smooth=nan', { smoothing: 0 }],
    ['sel=1,x,2;drop', { selected: [1] }],
    ['draw=1000000', { drawn: 10 }],
    ['zoom=5~1', { zoom: undefined }],
    ['zoom=~', { zoom: undefined }],
    ['zoom=1~x', { zoom: undefined }],
    ['x=m.', { axis: 'step' }],
    ['width=p.a:9999,p.b:1,p.c,:5', { widths: { 'p.a': 800, 'p.b': 56 } }],
    ['xy=p.a', { scatter: undefined }],
    ['pin=a,b,c,d,e', { pinned: ['a', 'b', 'c', 'd'] }],
    ['cols=%25E0%25A4%25A', { columns: ['%E0%A4%A'] }],
    ['sort=,-,--m.loss', { sort: [{ field: '-m.loss', isDescending: true }] }],
  ])('Only valid values are read from the address %s', (text, expected) =>
    expect(readRunsState(new URLSearchParams(text))).toMatchObject(expected),
  )
})

describe('drawn runs', () => {
  const run = (number: number, metrics: Record<string, unknown>, phase = 'succeeded'): RunView =>
    ({ number, metrics, phase }) as unknown as RunView

  it('The drawn runs are the selected ones, else the first that have metrics or have not ended', () => {
    const runs = [run(1, {}), run(2, { a: 1 }), run(3, {}, 'queued'), run(4, { a: 1 })]
    expect(drawnRuns(runs, { selected: [], drawn: 2 }).map(({ number }) => number)).toEqual([2, 3])
    expect(drawnRuns(runs, { selected: [runs[3]!, runs[0]!], drawn: 2 }).map(({ number }) => number)).toEqual([4, 1])
  })
})

describe('the range that points are requested for', () => {
  it.each([
    ['step', [1, 5], { axis: 'step', from: 1, to: 5 }],
    ['wall', undefined, undefined],
    ['m.epoch', [1, 5], undefined],
  ] as const)('The x axis %s with the zoom %j requests the range %j', (axis, zoom, expected) =>
    expect(rangeOf({ axis, zoom })).toEqual(expected),
  )
})

describe('filters and orders', () => {
  it.each([
    ['', [], ''],
    [' m.loss < 1 or p.lr = 2 ', [], 'm.loss < 1 or p.lr = 2'],
    ['', ['failed', 'running'], 'phase in (failed, running)'],
    ['a = 1 or b = 2', ['failed'], '(a = 1 or b = 2) and phase in (failed)'],
    ['a = 1) or (b = 2', ['failed'], 'a = 1) or (b = 2'],
  ])('The filter %j with the phases %j is %j', (filter, phases, expected) =>
    expect(filterOf({ filter, phases })).toBe(expected),
  )

  it('Clicks on a head sort descending, ascending, not at all, and keep the other keys with Shift', () => {
    const first = nextSort([], 'a', false)
    expect(first).toEqual([{ field: 'a', isDescending: true }])
    expect(nextSort(first, 'a', false)).toEqual([{ field: 'a', isDescending: false }])
    expect(nextSort([{ field: 'a', isDescending: false }], 'a', false)).toEqual([])
    expect(nextSort(first, 'b', true)).toEqual([...first, { field: 'b', isDescending: true }])
    expect(nextSort(first, 'b', false)).toEqual([{ field: 'b', isDescending: true }])
  })
})
