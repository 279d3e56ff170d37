import { describe, expect, it } from 'vitest'

import { looksOf } from './run-color.tsx'

const ids = (n: number): string[] => Array.from({ length: n }, (_, i) => `run ${i} 018f-${i * 7919}`)
/** Hues that look alike. */
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
  it.each([2, 3, 5, 8])('%d of them have hues that are told apart at once, and whole lines', (n) => {
    for (let shift = 0; shift < 200; shift += 1) {
      const looks = [...looksOf(ids(n + shift).slice(shift)).values()]
      expect(new Set(looks.map(({ color }) => FAMILY[color] ?? color)).size).toBe(n)
      expect(looks.every(({ dash }) => dash.length === 0)).toBe(true)
    }
  })

  it('twelve of them have a hue each', () => {
    expect(new Set([...looksOf(ids(12)).values()].map(({ color }) => color)).size).toBe(12)
  })

  it('more of them have patterns, too: no two look alike as long as there are looks', () => {
    const looks = [...looksOf(ids(30)).values()].map(({ color, dash }) => `${color} ${dash.join(' ')}`)
    expect(new Set(looks).size).toBe(30)
  })

  it('look the same however they are listed', () => {
    for (const n of [5, 30])
      for (const id of ids(n)) expect(looksOf(ids(n).toReversed()).get(id)).toEqual(looksOf(ids(n)).get(id))
  })

  it('one alone has the hue of its id, whatever page it is on', () => {
    const [id] = ids(1)
    expect(looksOf([id!]).get(id!)).toEqual(looksOf([id!]).get(id!))
  })
})
