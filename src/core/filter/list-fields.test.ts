import { describe, expect, it } from 'vitest'

import { parseListFields, findVaryingParams, addAutoFields } from './list-fields.ts'
import { FilterError } from './filter.ts'

describe('The parameters and metrics of a run list', () => {
  it.each([
    ['p.lr, m.loss.min, m.loss', { isAuto: false, params: ['lr'], metrics: ['loss'] }],
    ['auto', { isAuto: true, params: [], metrics: [] }],
    ['p."a, b",m."val loss".best,auto', { isAuto: true, params: ['a, b'], metrics: ['val loss'] }],
    ['created,p.lr', { isAuto: false, params: ['lr'], metrics: [] }],
    ['', { isAuto: false, params: [], metrics: [] }],
  ])('The list "%s" is parsed into parameters and metrics', (text, expected) => {
    expect(parseListFields(text)).toEqual(expected)
  })

  it.each(['tag', 'nonsense', 'p.'])('A list with "%s" is refused', (text) => {
    expect(() => parseListFields(text)).toThrow(FilterError)
  })

  it('With auto a list also has the parameters that differ between the rows and the most common metrics', () => {
    const rows = [
      { lr: 1, seed: 1, same: 'a' },
      { lr: 2, seed: 1, same: 'a', rare: true },
    ]

    expect(findVaryingParams(rows)).toEqual(['lr', 'rare'])
    expect(findVaryingParams(rows.slice(0, 1))).toEqual([])

    const asked = parseListFields('p.same,m.acc,auto')
    expect(addAutoFields(asked, { params: rows, metrics: ['loss', 'acc'] })).toEqual({
      params: ['same', 'lr', 'rare'],
      metrics: ['acc', 'loss'],
    })
    expect(addAutoFields({ ...asked, isAuto: false }, { params: rows, metrics: ['loss'] })).toEqual({
      isAuto: false,
      params: ['same'],
      metrics: ['acc'],
    })
  })
})
