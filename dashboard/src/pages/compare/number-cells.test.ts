import { describe, expect, it } from 'vitest'

import type { Direction } from '../../../../src/contract/project.ts'
import type { WireNumber } from '../../../../src/contract/run.ts'
import { toNumberCells } from './number-cells.ts'

const cells = (values: readonly (WireNumber | undefined)[], direction?: Direction) =>
  toNumberCells(values, direction, (value) => String(Number(value.toFixed(3))))

describe('the numbers of a comparison', () => {
  it.each([
    ['minimize', [false, true, false]],
    ['maximize', [false, false, true]],
    [undefined, [false, false, false]],
  ] as const)('The best number is found by the direction %s', (direction, expected) =>
    expect(cells([2, 1, 3], direction).map(({ isBest }) => isBest)).toEqual(expected),
  )

  it.each([
    ['minimize', [undefined, true, false]],
    ['maximize', [undefined, false, true]],
    [undefined, [undefined, undefined, undefined]],
  ] as const)('A difference is better by the direction %s', (direction, expected) => {
    const differences = cells([2, 1, 3], direction).map(({ difference }) => difference)
    expect(differences.map((one) => one?.text)).toEqual([undefined, '−1', '+1'])
    expect(differences.map((one) => one?.isBetter)).toEqual(expected)
  })

  it('A difference has three digits, and one that would be written as zero is left out', () =>
    expect(cells([1, 2.23456, 1.0001]).map(({ difference }) => difference?.text)).toEqual([
      undefined,
      '+1.23',
      undefined,
    ]))

  it('The only number is not called best', () =>
    expect(cells([1, undefined], 'minimize')).toEqual([
      { text: '1', isBest: false, difference: undefined },
      { text: undefined, isBest: false, difference: undefined },
    ]))

  it('A value that is no number is shown and not compared', () =>
    expect(cells(['NaN', 2, 'Infinity', undefined], 'minimize').map(({ text }) => text)).toEqual([
      'NaN',
      '2',
      'Infinity',
      undefined,
    ]))

  it('Numbers beside a base without one have no difference', () =>
    expect(cells([undefined, 2, 3], 'minimize').every(({ difference }) => difference === undefined)).toBe(true))
})
