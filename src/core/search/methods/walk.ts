import type { SearchSpace } from '../../../contract/search-space.ts'
import type { ValueMap } from '../../../contract/values.ts'
import { createStream } from '../numerics/rng.ts'
import { pointAt, spaceSize } from '../space.ts'

/**
 * The result of looking at a cell (a combination of values): a new point, a point found before (`duplicate`), or no
 * allowed point (`forbidden`).
 */
export type Cell<T> = { readonly found: T } | 'duplicate' | 'forbidden'

/**
 * Number of consecutive forbidden cells after which a walk gives up, as if the rest of the space had no allowed point.
 */
export const MISSES_MAX = 200_000
/**
 * Number of consecutive duplicates after which a walk gives up. Limits the time in a space that is too large to
 * enumerate.
 */
const DUPLICATES_MAX = 1_000_000

/**
 * Returns a function that continues a walk over the cells of a finite space and returns the next new point.
 * `indexAt(n)` is the index of the n-th cell to visit. Each cell is visited once. Returns undefined when no cell is
 * left, after the walk has given up, and in an infinite space.
 */
export function createWalk<T>(
  space: SearchSpace,
  indexAt: (step: bigint) => bigint,
  inspect: (point: ValueMap) => Cell<T>,
): () => T | undefined {
  const total = spaceSize(space) ?? 0n
  let next = 0n
  let misses = 0
  let duplicates = 0

  return () => {
    for (; next < total && misses < MISSES_MAX && duplicates < DUPLICATES_MAX; next += 1n) {
      const point = pointAt(space, indexAt(next))
      const cell = isPossible(space, point) ? inspect(point) : 'forbidden'
      misses = cell === 'forbidden' ? misses + 1 : 0
      duplicates = cell === 'duplicate' ? duplicates + 1 : 0
      if (typeof cell === 'object') return cell.found
    }
    return undefined
  }
}

/** Whether a point has a probability above 0: none of its values has weight 0. */
function isPossible(space: SearchSpace, point: ValueMap): boolean {
  return space.every((axis) => axis.kind !== 'pvalues' || axis.weights[axis.values.indexOf(point[axis.name]!)]! > 0)
}

/** Ratio of the golden section, as a fraction. */
const GOLDEN = [618_033_988_749n, 1_000_000_000_000n] as const

/**
 * Returns an order of the indices below `total`, in which consecutive indices are far apart: from a random start, in
 * steps of about 0.618 times `total`. Each index occurs once.
 */
export function createScatteredOrder(total: bigint, seed: number): (step: bigint) => bigint {
  const stream = createStream(seed, 'walk', 0)
  const start = (BigInt(stream.nextWord()) << 32n) | BigInt(stream.nextWord())
  let stride = (total * GOLDEN[0]) / GOLDEN[1] || 1n
  while (commonDivisor(stride, total) !== 1n) stride += 1n
  return (step) => (start + step * stride) % total
}

function commonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : commonDivisor(b, a % b)
}
