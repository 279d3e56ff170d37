import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { RunView } from '../../../../src/contract/run.ts'
import {
  cellOf,
  columnFor,
  columnTitle,
  defaultColumns,
  requestedFields,
  carriedFields,
  parseColumn,
  SUMMARIES,
} from './columns.ts'

const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' })

describe('columns', () => {
  it('A column can name any parameter and any summary of any metric', () => {
    fc.assert(
      fc.property(name, fc.constantFrom(...SUMMARIES), (text, part) => {
        expect(parseColumn(columnFor('param', text))).toEqual({ kind: 'param', name: text })
        expect(parseColumn(columnFor('metric', text, part))).toEqual({ kind: 'metric', name: text, part })
      }),
    )
  })

  const run = (number: number, params: Record<string, unknown>, metrics: Record<string, number>): RunView =>
    ({
      number,
      params,
      metrics: Object.fromEntries(
        Object.entries(metrics).map(([key, last]) => [key, { last, min: 0, max: 9, mean: 5, count: 1 }]),
      ),
    }) as unknown as RunView

  it('The default columns are the sort keys, the most common metrics and the parameters that differ', () => {
    const runs = [
      run(1, { lr: 0.1, seed: 1 }, { loss: 1, 'system.cpu_percent': 3 }),
      run(2, { lr: 0.2, seed: 1 }, { loss: 2, f1: 1 }),
    ]

    expect(defaultColumns(runs)).toEqual(['m.loss.last', 'm.f1.last', 'p.lr'])
    expect(
      defaultColumns(runs, [
        { field: 'm.f1.max', isDescending: true },
        { field: 'name', isDescending: false },
      ]),
    ).toEqual(['m.f1.max', 'm.loss.last', 'm.f1.last', 'p.lr'])

    expect(cellOf(runs[0]!, 'm.loss.max', {})).toBe(9)
    expect(cellOf(runs[0]!, 'm.f1.last', {})).toBeUndefined()
    expect(cellOf(runs[1]!, 'p.lr', {})).toBe(0.2)
  })

  it('A column of best values shows the minimum or maximum by the direction of the metric, the maximum without one', () => {
    const one = run(1, {}, { loss: 3 })
    expect(cellOf(one, 'm.loss.best', { loss: 'minimize' })).toBe(0)
    expect(cellOf(one, 'm.loss.best', {})).toBe(9)
    expect(columnTitle('m.loss.best')).toEqual({ name: 'loss', part: 'best' })
    expect(columnTitle('branch')).toEqual({ name: 'branch' })
  })

  it('A column can show other fields of a run than metrics and parameters', () => {
    const one = { ...run(1, {}, {}), tags: ['a', 'b'], commit: '0123456789abcdef', branch: null } as RunView
    expect([
      cellOf(one, 'tag', {}),
      cellOf(one, 'commit', {}),
      cellOf(one, 'branch', {}),
      cellOf(one, 'constructor', {}),
    ]).toEqual(['a, b', '0123456789ab', undefined, undefined])
  })

  const unarranged = { columns: undefined, sort: [], scatter: undefined, bars: undefined, panels: undefined }
  it.each([
    [unarranged, 'auto'],
    [{ ...unarranged, columns: ['p.a', 'branch'], sort: [{ field: 'm.b', isDescending: true }] }, 'p.a,m.b,auto'],
    [
      { ...unarranged, columns: ['p.a'], scatter: ['m."x, y".last', 'p.a'] as const, bars: 'p.c', panels: ['loss'] },
      'p.a,m.loss.last,m."x, y".last,p.c',
    ],
    [{ ...unarranged, sort: [{ field: 'created', isDescending: false }] }, 'auto'],
  ])('The rows are requested with the fields that the state shows: %j', (state, expected) =>
    expect(requestedFields(state)).toBe(expected),
  )

  it('Further rows are requested with the fields that the first rows carry', () => {
    expect(carriedFields([run(1, { lr: 1 }, {}), run(2, {}, { 'a b': 1 })])).toBe('p.lr,m."a b".last')
    expect(carriedFields([run(1, {}, {})])).toBe('auto')
  })
})
