import { describe, expect, it } from 'vitest'

import { scrambledSobol, sobol } from './sobol.ts'

const DIMENSIONS = 24

describe("Sobol's sequence", () => {
  it('The Sobol sequence is that of Joe and Kuo', () => {
    const points = [1, 2, 3, 4, 5, 6, 7].map((index) => [0, 1, 2].map((dimension) => sobol(index, dimension)))
    expect(points).toEqual([
      [0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25],
      [0.25, 0.75, 0.75],
      [0.375, 0.375, 0.625],
      [0.875, 0.875, 0.125],
      [0.625, 0.125, 0.875],
      [0.125, 0.625, 0.375],
    ])
  })

  it('The Sobol sequence has one of its first 256 points in each of 256 equal parts, in all dimensions', () => {
    for (let dimension = 0; dimension < DIMENSIONS; dimension += 1) {
      const parts = Array.from({ length: 256 }, (_, index) => Math.floor(256 * sobol(index, dimension)))
      expect(new Set(parts).size).toBe(256)
    }
  })
})

describe("Owen's scrambling", () => {
  const seeds = [0, 1, 12_345, 0xffffffff]

  it('Owen scrambling keeps one point in each part, in every dimension, for every seed, beyond the table too', () => {
    for (const seed of seeds)
      for (let dimension = 0; dimension < 2 * DIMENSIONS + 3; dimension += 1) {
        const parts = Array.from({ length: 64 }, (_, index) => Math.floor(64 * scrambledSobol(index, dimension, seed)))
        expect(new Set(parts).size, `${seed}/${dimension}`).toBe(64)
      }
  })

  it('Owen scrambling keeps the first two dimensions jointly uniform', () => {
    for (const seed of seeds)
      for (const [columns, rows] of [
        [16, 4],
        [8, 8],
        [2, 32],
      ] as const) {
        const cells = Array.from(
          { length: 64 },
          (_, i) =>
            `${Math.floor(columns * scrambledSobol(i, 0, seed))}/${Math.floor(rows * scrambledSobol(i, 1, seed))}`,
        )
        expect(new Set(cells).size).toBe(64)
      }
  })

  it('Owen scrambling gives points in (0, 1) that differ between seeds and are the same for one seed', () => {
    const first = seeds.map((seed) => Array.from({ length: 8 }, (_, index) => scrambledSobol(index, 3, seed)))
    expect(new Set(first.map(String)).size).toBe(seeds.length)
    for (const value of first.flat()) expect(value > 0 && value < 1).toBe(true)
    expect(scrambledSobol(5, 3, 12_345)).toBe(first[2]![5])
  })

  it('Dimensions that share a table entry are independent', () => {
    const column = (dimension: number) =>
      Array.from({ length: 512 }, (_, index) => scrambledSobol(index, dimension, 7) - 0.5)
    for (const [a, b] of [
      [0, 24],
      [3, 27],
      [5, 53],
    ] as const) {
      const [left, right] = [column(a), column(b)]
      const correlation = (12 * left.reduce((sum, value, i) => sum + value * right[i]!, 0)) / left.length
      expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(512))
    }
  })
})
