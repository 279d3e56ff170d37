import { describe, expect, it } from 'vitest'

import { looksOf } from './run-look.tsx'

const ids = (n: number): string[] => Array.from({ length: n }, (_, i) => `run ${i} 018f-${i * 7919}`)
/** Families of hues that look alike, by number. */
const FAMILY: Readonly<Record<string, number>> = {
  '--c1': 1,
  '--c9': 1,
  '--c2': 2,
  '--c8': 2,
  '--c3': 3,
  '--c12': 3,
  '--c4': 4,
  '--c11': 4,
}

describe('runs that are drawn together', () => {
  it.each([2, 3, 5, 8])('A drawing of %d runs gives them easily distinguished hues and solid lines', (n) => {
    for (let shift = 0; shift < 200; shift += 1) {
      const looks = [...looksOf(ids(n + shift).slice(shift)).values()]
      expect(new Set(looks.map(({ color }) => FAMILY[color] ?? color)).size).toBe(n)
      expect(looks.every(({ dash }) => dash.length === 0)).toBe(true)
    }
  })

  it('Twelve runs that are drawn together have a hue each', () => {
    expect(new Set([...looksOf(ids(12)).values()].map(({ color }) => color)).size).toBe(12)
  })

  it('Thirty runs that are drawn together differ by hue or dash pattern', () => {
    const looks = [...looksOf(ids(30)).values()].map(({ color, dash }) => `${color} ${dash.join(' ')}`)
    expect(new Set(looks).size).toBe(30)
  })

  it('The look of a run does not depend on the order in which runs are listed', () => {
    for (const n of [5, 30])
      for (const id of ids(n)) expect(looksOf(ids(n).toReversed()).get(id)).toEqual(looksOf(ids(n)).get(id))
  })

  it('A run that is drawn alone has the same look each time', () => {
    const [id] = ids(1)
    expect(looksOf([id!]).get(id!)).toEqual(looksOf([id!]).get(id!))
  })
})
