import { describe, expect, it } from 'vitest'

import { parseFigures, variedParams, withAuto } from './figures.ts'
import { FilterError } from './filter.ts'

describe('figures of a list', () => {
  it.each([
    ['p.lr, m.loss.min, m.loss', { isAuto: false, params: ['lr'], metrics: ['loss'] }],
    ['auto', { isAuto: true, params: [], metrics: [] }],
    ['p."a, b",m."val loss".best,auto', { isAuto: true, params: ['a, b'], metrics: ['val loss'] }],
    ['created,p.lr', { isAuto: false, params: ['lr'], metrics: [] }],
    ['', { isAuto: false, params: [], metrics: [] }],
  ])('%s', (text, expected) => {
    expect(parseFigures(text)).toEqual(expected)
  })

  it.each(['tag', 'nonsense', 'p.'])('refuse %s', (text) => {
    expect(() => parseFigures(text)).toThrow(FilterError)
  })

  it('are chosen by what differs between the rows', () => {
    const rows = [
      { lr: 1, seed: 1, same: 'a' },
      { lr: 2, seed: 1, same: 'a', rare: true },
    ]
    expect(variedParams(rows)).toEqual(['lr', 'rare'])
    expect(variedParams(rows.slice(0, 1))).toEqual([])
    const asked = parseFigures('p.same,m.acc,auto')
    expect(withAuto(asked, { params: rows, metrics: ['loss', 'acc'] })).toEqual({
      params: ['same', 'lr', 'rare'],
      metrics: ['acc', 'loss'],
    })
    expect(withAuto({ ...asked, isAuto: false }, { params: rows, metrics: ['loss'] })).toEqual({
      isAuto: false,
      params: ['same'],
      metrics: ['acc'],
    })
  })
})
