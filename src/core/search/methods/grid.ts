import type { SearchSpace } from '../../../contract/search-space.ts'
import type { ValueMap } from '../../../contract/values.ts'
import type { History } from '../history.ts'
import type { Method } from './method.ts'
import { permute } from '../numerics/rng.ts'
import { pointAt, spaceSize } from '../space.ts'
import { createWalk } from './walk.ts'

/** Options of grid search. */
export interface GridOptions {
  readonly trialsMax: number | null
  /** Seed of the shuffled order. Undefined: document order, last axis fastest. */
  readonly shuffleSeed?: number
  /** Removes inactive parameters from a point; undefined if the point is not allowed. */
  readonly settle: (point: ValueMap) => ValueMap | undefined
  /** Whether `settle` can map two cells to one point, or reject a cell. */
  readonly isThinned: boolean
}

/**
 * Grid search: every point of the space, or the first `trialsMax`. Points are computed from their index, without a
 * stored list.
 */
export function createGrid(space: SearchSpace, { trialsMax, shuffleSeed, settle, isThinned }: GridOptions): Method {
  const total = spaceSize(space) ?? 0n
  const size = atMost(total, trialsMax)
  const indexAt = (step: bigint): bigint => (shuffleSeed === undefined ? step : permute(step, total, shuffleSeed))
  const countOwnTrials = ({ trials }: History): number =>
    trials.reduce((count, { source }) => count + Number(source === 'grid'), 0)
  const scan = isThinned ? createScan(space, indexAt, settle) : undefined

  return {
    pointsMax: isThinned && trialsMax === null ? null : size,
    suggest: (history, count) => {
      const from = countOwnTrials(history)
      const wanted = Math.max(0, Math.min(count, size - from))
      const points = scan
        ? scan(from, wanted)
        : Array.from({ length: wanted }, (_, offset) => pointAt(space, indexAt(BigInt(from + offset))))
      return points.map((point) => ({ point, source: 'grid' }))
    },
  }
}

/** The smaller of the number of points and the budget, capped at the largest safe integer. */
function atMost(total: bigint, trialsMax: number | null): number {
  const limit = BigInt(trialsMax ?? Number.MAX_SAFE_INTEGER)
  return Number(total < limit ? total : limit)
}

/**
 * Walks the cells and keeps the distinct points found so far. Needed if cells can be rejected or equal, because the
 * index of a cell then is not the index of its point.
 */
function createScan(
  space: SearchSpace,
  indexAt: (step: bigint) => bigint,
  settle: GridOptions['settle'],
): (from: number, count: number) => ValueMap[] {
  const found: ValueMap[] = []
  const seen = new Set<string>()
  const walk = createWalk(space, indexAt, (cell) => {
    const point = settle(cell)
    if (!point) return 'forbidden'
    const key = JSON.stringify(point)
    return seen.has(key) ? 'duplicate' : { found: { point, key } }
  })

  return (from, count) => {
    while (found.length < from + count) {
      const next = walk()
      if (!next) break
      seen.add(next.key)
      found.push(next.point)
    }
    return found.slice(from, from + count)
  }
}
