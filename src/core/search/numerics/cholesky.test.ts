import { describe, expect, it } from 'vitest'

import { appendRow, createFactor, factorInPlace, invertFactored, solveLower, solveUpper } from './cholesky.ts'

/** Returns a positive definite matrix. */
function matrixOf(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size]
    return Math.exp(-0.3 * Math.abs(i - j)) + (i === j ? 0.5 + 0.01 * i : 0)
  })
}

function factorOf(matrix: Float64Array, size: number, capacity = size) {
  const factor = createFactor(capacity)
  for (let i = 0; i < size; i += 1)
    appendRow(factor, matrix.subarray(i * size, i * size + size), matrix[i * size + i]!, 1e-10)
  return factor
}

const SIZES = [1, 2, 3, 4, 5, 6, 9, 14]

describe.each(SIZES)('a factor of size %d', (size) => {
  const matrix = matrixOf(size)

  it('A factor multiplied by its transpose gives the matrix, whether built row by row or in place', () => {
    const { rows, stride } = factorOf(matrix, size, size + 2)
    const inPlace = matrix.slice()
    expect(factorInPlace(inPlace, size)).toBe(true)
    for (let i = 0; i < size; i += 1)
      for (let j = 0; j <= i; j += 1) {
        let sum = 0
        for (let k = 0; k <= j; k += 1) sum += rows[i * stride + k]! * rows[j * stride + k]!
        expect(sum).toBeCloseTo(matrix[i * size + j]!, 12)
        expect(inPlace[i * size + j]).toBeCloseTo(rows[i * stride + j]!, 12)
      }
  })

  it('A factor solves and inverts', () => {
    const factor = factorOf(matrix, size)
    const x = Float64Array.from({ length: size }, (_, i) => Math.sin(i + 1))
    const b = x.map((_, i) => x.reduce((sum, value, j) => sum + matrix[i * size + j]! * value, 0))

    const solved = b.slice()
    solveLower(factor, solved, size)
    solveUpper(factor, solved, size)
    solved.forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 10))

    const [inPlace, inverse] = [matrix.slice(), new Float64Array(size * size)]
    factorInPlace(inPlace, size)
    invertFactored(inPlace, size, inverse)
    const again = b.map((_, i) =>
      b.reduce((sum, value, j) => sum + inverse[Math.max(i, j) * size + Math.min(i, j)]! * value, 0),
    )
    again.forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 10))
  })
})

describe('a matrix that is not positive definite', () => {
  it('A matrix that is not positive definite is reported as such', () => {
    expect(factorInPlace(Float64Array.of(1, 2, 2, 1), 2)).toBe(false)
    expect(factorInPlace(Float64Array.of(Number.NaN), 1)).toBe(false)
  })

  it('A row that depends on the others gets a small pivot', () => {
    const { rows } = factorOf(Float64Array.of(1, 1, 1, 1), 2)
    expect(Array.from(rows)).toEqual([1, 0, 1, 1e-5])
  })
})
