import type { SearchSpace } from '../../contract/search-space.ts'
import type { ValueMap } from '../../contract/values.ts'
import type { History } from './history.ts'
import type { Method } from './method.ts'
import { permute } from './rng.ts'
import { pointAt, spaceSize } from './space.ts'

export interface GridOptions {
  readonly trialsMax: number | null
  /** Undefined: in the order of the axes, last axis fastest. */
  readonly shuffleSeed?: number
  /** Takes the parameters out of a point that are not there; undefined for a point that is not allowed. */
  readonly settle: (point: ValueMap) => ValueMap | undefined
  /** Whether `settle` may make two cells one point, or drop a cell. */
  readonly isThinned: boolean
}

/** Cells looked at for one point before the grid is taken to hold no further one. */
const SCAN_MAX = 1_000_000

/** Every point of the space; `trialsMax` keeps the first ones. A cell is found by its index: no list is held. */
export function createGrid(space: SearchSpace, { trialsMax, shuffleSeed, settle, isThinned }: GridOptions): Method {
  const total = spaceSize(space) ?? 0n
  const size = atMost(total, trialsMax)
  const cellAt = (index: bigint): ValueMap => pointAt(space, shuffleSeed === undefined ? index : permute(index, total, shuffleSeed))
  const own = ({ trials }: History): number => trials.reduce((count, { source }) => count + Number(source === 'grid'), 0)
  const thinned = isThinned ? createScan(cellAt, total, settle) : undefined
  return {
    size: isThinned && trialsMax === null ? null : size,
    suggest: (history, count) => {
      const from = own(history)
      const wanted = Math.max(0, Math.min(count, size - from))
      const points = thinned ? thinned(from, wanted) : Array.from({ length: wanted }, (_, offset) => cellAt(BigInt(from + offset)))
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
function createScan(cellAt: (index: bigint) => ValueMap, total: bigint, settle: GridOptions['settle']): (from: number, count: number) => ValueMap[] {
  const found: ValueMap[] = []
  const seen = new Set<string>()
  let next = 0n
  return (from, count) => {
    for (let looked = 0; found.length < from + count && next < total && looked < SCAN_MAX; looked += 1, next += 1n) {
      const point = settle(cellAt(next))
      const key = point && JSON.stringify(point)
      if (!point || seen.has(key!)) continue
      seen.add(key!)
      found.push(point)
    }
    return found.slice(from, from + count)
  }
}
