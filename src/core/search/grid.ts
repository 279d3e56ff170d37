import type { SearchSpace } from '../../contract/search-space.ts'
import type { ValueMap } from '../../contract/values.ts'
import type { History } from './history.ts'
import type { Method } from './method.ts'
import { permute } from './rng.ts'
import { pointAt, spaceSize } from './space.ts'
import { createWalk } from './walk.ts'

export interface GridOptions {
  readonly trialsMax: number | null
  /** Undefined: in the order of the axes, last axis fastest. */
  readonly shuffleSeed?: number
  /** Takes the parameters out of a point that are not there; undefined for a point that is not allowed. */
  readonly settle: (point: ValueMap) => ValueMap | undefined
  /** Whether `settle` may make two cells one point, or drop a cell. */
  readonly isThinned: boolean
}

/** Every point of the space; `trialsMax` keeps the first ones. A cell is found by its index: no list is held. */
export function createGrid(space: SearchSpace, { trialsMax, shuffleSeed, settle, isThinned }: GridOptions): Method {
  const total = spaceSize(space) ?? 0n
  const size = atMost(total, trialsMax)
  const indexAt = (step: bigint): bigint => (shuffleSeed === undefined ? step : permute(step, total, shuffleSeed))
  const own = ({ trials }: History): number =>
    trials.reduce((count, { source }) => count + Number(source === 'grid'), 0)
  const thinned = isThinned ? createScan(space, indexAt, settle) : undefined
  return {
    size: isThinned && trialsMax === null ? null : size,
    suggest: (history, count) => {
      const from = own(history)
      const wanted = Math.max(0, Math.min(count, size - from))
      const points = thinned
        ? thinned(from, wanted)
        : Array.from({ length: wanted }, (_, offset) => pointAt(space, indexAt(BigInt(from + offset))))
      return points.map((point) => ({ point, source: 'grid' }))
    },
  }
}

/** The number of points, or of the budget; beyond what a number counts exactly, so many that it does not matter. */
function atMost(total: bigint, trialsMax: number | null): number {
  const limit = BigInt(trialsMax ?? Number.MAX_SAFE_INTEGER)
  return Number(total < limit ? total : limit)
}

/** Walks the cells and keeps the different points found so far: needed where a cell's index does not tell its point's. */
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
    return seen.has(key) ? 'known' : { found: { point, key } }
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
