/**
 * A lower triangular Cholesky factor L with `size` rows. Rows are stored at distances of `stride`, so that a row can be
 * appended without copying.
 */
export interface Factor {
  readonly rows: Float64Array
  readonly stride: number
  size: number
}

/** Creates a factor without rows and with room for `stride` rows. */
export function createFactor(stride: number): Factor {
  return { rows: new Float64Array(stride * stride), stride, size: 0 }
}

/**
 * Appends the row of a new point. `cross` contains its covariances with the points before it, `diagonal` its own
 * variance. `pivotMin` is the lower limit of the squared pivot: it keeps the factor regular if the covariances of the
 * point are, within rounding, a linear combination of those of the others.
 */
export function appendRow(factor: Factor, cross: Float64Array, diagonal: number, pivotMin: number): void {
  const { rows, stride, size } = factor
  const at = size * stride
  rows.set(cross.subarray(0, size), at)
  const row = rows.subarray(at, at + size + 1)
  solveLower(factor, row, size)

  let rest = diagonal
  for (let j = 0; j < size; j += 1) rest -= row[j]! * row[j]!
  row[size] = Math.sqrt(Math.max(rest, pivotMin))
  factor.size += 1
}

/** Replaces `x` by L⁻¹x, with the first `size` rows of L. */
export function solveLower({ rows, stride }: Factor, x: Float64Array, size: number): void {
  for (let i = 0; i < size; i += 1) {
    const at = i * stride
    let sum0 = x[i]!
    let sum1 = 0
    let j = 0
    for (; j + 3 < i; j += 4) {
      sum0 -= rows[at + j]! * x[j]! + rows[at + j + 1]! * x[j + 1]!
      sum1 -= rows[at + j + 2]! * x[j + 2]! + rows[at + j + 3]! * x[j + 3]!
    }
    for (; j < i; j += 1) sum0 -= rows[at + j]! * x[j]!
    x[i] = (sum0 + sum1) / rows[at + i]!
  }
}

/** Replaces `x` by L⁻ᵀx, with the first `size` rows of L. */
export function solveUpper({ rows, stride }: Factor, x: Float64Array, size: number): void {
  for (let i = size - 1; i >= 0; i -= 1) {
    const at = i * stride
    const value = x[i]! / rows[at + i]!
    x[i] = value
    for (let j = 0; j < i; j += 1) x[j]! -= rows[at + j]! * value
  }
}

/**
 * Replaces the lower half of a symmetric matrix (row-major) by its Cholesky factor; the upper half is neither read nor
 * written. Returns false if the matrix is not positive definite; its lower half is then partly overwritten.
 */
export function factorInPlace(matrix: Float64Array, size: number): boolean {
  for (let i = 0; i < size; i += 1) {
    const rowI = i * size
    for (let j = 0; j <= i; j += 1) {
      const rowJ = j * size
      let sum0 = matrix[rowI + j]!
      let sum1 = 0
      let k = 0
      for (; k + 3 < j; k += 4) {
        sum0 -= matrix[rowI + k]! * matrix[rowJ + k]! + matrix[rowI + k + 1]! * matrix[rowJ + k + 1]!
        sum1 -= matrix[rowI + k + 2]! * matrix[rowJ + k + 2]! + matrix[rowI + k + 3]! * matrix[rowJ + k + 3]!
      }
      for (; k < j; k += 1) sum0 -= matrix[rowI + k]! * matrix[rowJ + k]!
      const sum = sum0 + sum1
      if (i !== j) matrix[rowI + j] = sum / matrix[rowJ + j]!
      else if (sum > 0) matrix[rowI + i] = Math.sqrt(sum)
      else return false
    }
  }
  return true
}

/**
 * Computes the lower half of the inverse of a matrix from its Cholesky factor and writes it to `inverse` (both
 * row-major, `size` wide).
 */
export function invertFactored(factor: Float64Array, size: number, inverse: Float64Array): void {
  // Inverts the factor first. Row j of `columns` contains column j of L⁻¹.
  const columns = scratch(size * size)
  for (let j = 0; j < size; j += 1) {
    const column = j * size
    columns[column + j] = 1 / factor[j * size + j]!
    for (let i = j + 1; i < size; i += 1) {
      const row = i * size
      let sum = 0
      for (let k = j; k < i; k += 1) sum -= factor[row + k]! * columns[column + k]!
      columns[column + i] = sum / factor[row + i]!
    }
  }

  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = 0
      for (let k = i; k < size; k += 1) sum += columns[i * size + k]! * columns[j * size + k]!
      inverse[i * size + j] = sum
    }
  }
}

let workspace = new Float64Array(0)

/**
 * Returns an array that the next call returns again. It must not be used after the end of the function that requested
 * it.
 */
function scratch(length: number): Float64Array {
  if (workspace.length < length) workspace = new Float64Array(length)
  return workspace
}
