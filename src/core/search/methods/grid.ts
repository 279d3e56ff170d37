import type { SearchSpace } from '../../../contract/search-space.ts'
import type { ValueMap } from '../../../contract/values.ts'
import type { History } from '../history.ts'
import type { Method } from './method.ts'
import { permute } from '../numerics/rng.ts'
import { pointAt, spaceSize } from '../space.ts'
import { createWalk } from './walk.ts'

/** Inputs of `createGrid`. */
export interface GridOptions {
  readonly trialsMax: number | null
  /** Seed of a shuffled order; undefined: the order of the document, in which the last axis changes fastest. */
  readonly shuffleSeed?: number
  /**
   * Returns a point without inactive parameters, and, where constraints are tight, moved to where they hold; undefined
   * if the point is not allowed.
   */
  readonly settle: (point: ValueMap) => ValueMap | undefined
  /** Whether `settle` can return the same point for two cells, or undefined for a cell. */
  readonly mayLackCells: boolean
}

/**
 * Creates grid search: every point of the space, or the first `trialsMax`. A point is computed from its index; no list
 * of points is stored unless `mayLackCells`.
 */
export function createGrid(space: SearchSpace, { trialsMax, shuffleSeed, settle, mayLackCells }: GridOptions): Method {
  const total = spaceSize(space) ?? 0n
  const size = atMost(total, trialsMax)
  const indexAt = (step: bigint): bigint => (shuffleSeed === undefined ? step : permute(step, total, shuffleSeed))
  const countOwnTrials = ({ trials }: History): number =>
    trials.reduce((count, { source }) => count + Number(source === 'grid'), 0)
  const scan = mayLackCells ? createScan(space, indexAt, settle) : undefined

  return {
    pointsMax: mayLackCells && trialsMax === null ? null : size,
    suggest: (history, count) => {
      const from = countOwnTrials(history)
      const available = Math.max(0, Math.min(count, size - from))
      const points = scan
        ? scan(from, available)
        : Array.from({ length: available }, (_, offset) => pointAt(space, indexAt(BigInt(from + offset))))
      return points.map((point) => ({ point, source: 'grid' }))
    },
  }
}

/** Returns the smaller of the number of points and the budget, at most the largest safe integer. */
function atMost(total: bigint, trialsMax: number | null): number {
  const limit = BigInt(trialsMax ?? Number.MAX_SAFE_INTEGER)
  return Number(total < limit ? total : limit)
}

/**
 * Returns a function that returns the points `from` … `from + count − 1`. Goes through the cells and stores the
 * distinct points found so far. Needed if `mayLackCells`, because the index of a cell is then not the index of its point.
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
