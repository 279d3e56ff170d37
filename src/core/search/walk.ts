import type { SearchSpace } from '../../contract/search-space.ts'
import type { ValueMap } from '../../contract/values.ts'
import { createStream } from './rng.ts'
import { pointAt, spaceSize } from './space.ts'

/** What a walk makes of a cell: a new point, one that is there already, or none that is allowed. */
export type Cell<T> = { readonly found: T } | 'known' | 'forbidden'

/** Cells in a row that are not allowed before a walk gives up: where not one in so many is, the rest is taken for empty. */
export const MISSES_MAX = 200_000
/** Cells in a row that are known before it gives up: a walk through a space that nobody could count ends too. */
const KNOWN_MAX = 1_000_000

/**
 * Looks at every cell of a finite space once, in the order of `indexAt`; one that has been passed is not looked at again.
 * undefined once none is left, and in a space that is not finite.
 */
export function createWalk<T>(
  space: SearchSpace,
  indexAt: (step: bigint) => bigint,
  look: (point: ValueMap) => Cell<T>,
): () => T | undefined {
  const total = spaceSize(space) ?? 0n
  let next = 0n
  let misses = 0
  let known = 0
  return () => {
    for (; next < total && misses < MISSES_MAX && known < KNOWN_MAX; next += 1n) {
      const point = pointAt(space, indexAt(next))
      const cell = isPossible(space, point) ? look(point) : 'forbidden'
      misses = cell === 'forbidden' ? misses + 1 : 0
      known = cell === 'known' ? known + 1 : 0
      if (typeof cell === 'object') return cell.found
    }
    return undefined
  }
}

/** A value of weight 0 is never drawn. */
function isPossible(space: SearchSpace, point: ValueMap): boolean {
  return space.every((axis) => axis.kind !== 'pvalues' || axis.weights[axis.values.indexOf(point[axis.name]!)]! > 0)
}

const GOLDEN = [618_033_988_749n, 1_000_000_000_000n] as const

/** Each index below `total` once, neighbours in time far from each other: a stride of the golden section, from anywhere. */
export function scattered(total: bigint, seed: number): (step: bigint) => bigint {
  const stream = createStream(seed, 'walk', 0)
  const start = (BigInt(stream.nextWord()) << 32n) | BigInt(stream.nextWord())
  let stride = (total * GOLDEN[0]) / GOLDEN[1] || 1n
  while (commonDivisor(stride, total) !== 1n) stride += 1n
  return (step) => (start + step * stride) % total
}

function commonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : commonDivisor(b, a % b)
}
