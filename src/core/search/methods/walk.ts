import type { SearchSpace } from '../../../contract/search-space.ts'
import type { ValueMap } from '../../../contract/values.ts'
import { createStream } from '../numerics/rng.ts'
import { pointAt, spaceSize } from '../space.ts'

/** The result of looking at a cell: a new point, a point found before, or a cell that is not allowed. */
export type Cell<T> = { readonly found: T } | 'duplicate' | 'forbidden'

/** Consecutive cells that are not allowed before a walk gives up and takes the rest of the space as empty. */
export const MISSES_MAX = 200_000
/**
 * Consecutive cells with points found before, after which a walk gives up. Bounds the time in a space too large to
 * enumerate.
 */
const DUPLICATES_MAX = 1_000_000

/**
 * Returns a function that continues a walk over the cells of a finite space in the order of `indexAt`, and returns the
 * next new point. Each cell is visited once. Returns undefined when no cell is left, after the walk has given up, and
 * in a space that is not finite.
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

/** Whether a point can be drawn: no value has weight 0. */
function isPossible(space: SearchSpace, point: ValueMap): boolean {
  return space.every((axis) => axis.kind !== 'pvalues' || axis.weights[axis.values.indexOf(point[axis.name]!)]! > 0)
}

/** The golden section as a fraction. */
const GOLDEN = [618_033_988_749n, 1_000_000_000_000n] as const

/**
 * Returns an order that visits each index below `total` once, with consecutive indices far apart: steps of about the
 * golden section of `total` from a random start.
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
