import type { SearchSpace } from '../../contract/search-space.ts'
import type { Method } from './method.ts'
import { pointAt, spaceSize } from './space.ts'

/** Every point of the space in the order of its axes, last axis fastest; `trialsMax` keeps the first ones. */
export function createGrid(space: SearchSpace, trialsMax: number | null): Method {
  const total = Number(spaceSize(space) ?? 0n)
  const size = Math.min(total, trialsMax ?? total)
  return {
    size,
    suggest: (from, count) => Array.from({ length: Math.max(0, Math.min(count, size - from)) }, (_, offset) => pointAt(space, BigInt(from + offset))),
  }
}
