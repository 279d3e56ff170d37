import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createStream, permute, philox } from './rng.ts'

describe('philox', () => {
  // Expected outputs of the Random123 library, file kat_vectors, philox4x32 10.
  const vectors = [
    { counter: [0, 0, 0, 0], key: [0, 0], output: '6627e8d5 e169c58d bc57ac4c 9b00dbd8' },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      output: '408f276d 41c83b0e a20bc7c6 6d5451fd',
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      output: 'd16cfe09 94fdcceb 5001e420 24126ea1',
    },
  ] as const

  for (const { counter, key, output } of vectors) {
    it(`Philox gives ${output}`, () => {
      const words = philox(counter, key).map((word) => word.toString(16).padStart(8, '0'))
      expect(words.join(' ')).toBe(output)
    })
  }
})

describe('createStream', () => {
  const draws = (seed: number, name: string, index: number, count = 8) => {
    const stream = createStream(seed, name, index)
    return Array.from({ length: count }, () => stream.next())
  }

  it('A stream gives the same numbers for the same seed, name and index, and others otherwise', () => {
    const base = draws(7, 'random', 3)
    expect(draws(7, 'random', 3)).toEqual(base)
    for (const other of [
      draws(8, 'random', 3),
      draws(7, 'other', 3),
      draws(7, 'random', 4),
      draws(7 + 2 ** 32, 'random', 3),
      draws(7, 'random', 3 + 2 ** 32),
    ]) {
      expect(other).not.toEqual(base)
    }
  })

  it('Seeds of 0 and below have streams of their own', () => {
    const firsts = [-1, 0, 1, 2 ** 53 - 1].map((seed) => draws(seed, 'random', 0, 1)[0])
    expect(new Set(firsts).size).toBe(firsts.length)
  })

  it('A stream is uniform in [0, 1)', () => {
    const numbers = draws(1, 'even', 0, 20_000)
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => numbers.filter((number) => Math.floor(number * 10) === tenth).length,
    )
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(6 * Math.sqrt(2000))
  })
})

describe('permute', () => {
  it('A permutation is a bijection for any size and seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer(), (size, seed) => {
        const images = Array.from({ length: size }, (_, index) => permute(BigInt(index), BigInt(size), seed))
        expect(new Set(images).size).toBe(size)
        expect(images.every((image) => image >= 0n && image < BigInt(size))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('A permutation stays inside a space too large for a list', () => {
    const size = 10n ** 40n + 7n
    const images = Array.from({ length: 200 }, (_, index) => permute(BigInt(index), size, 5))
    expect(new Set(images).size).toBe(200)
    expect(images.every((image) => image >= 0n && image < size)).toBe(true)
    expect(images.some((image) => image > size / 2n)).toBe(true)
  })

  it('A permutation moves an index to every place about equally often', () => {
    const counts = Array.from({ length: 6 }, () => 0)
    for (let seed = 0; seed < 3000; seed += 1) counts[Number(permute(0n, 6n, seed))]! += 1
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(6 * Math.sqrt(500))
  })
})
