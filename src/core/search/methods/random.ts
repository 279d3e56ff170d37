import type { Axis, SearchSpace } from '../../../contract/search-space.ts'
import { encodeValue } from '../../../contract/values.ts'
import type { Value, ValueMap } from '../../../contract/values.ts'
import type { History } from '../history.ts'
import type { Method } from './method.ts'
import { createStream, permute } from '../numerics/rng.ts'
import type { Stream } from '../numerics/rng.ts'
import { onlyValue, pointAt, sampleAxis, spaceSize } from '../space.ts'
import { createWalk, createScatteredOrder } from './walk.ts'

/** Inputs of `createRandom`. */
export interface RandomOptions {
  readonly trialsMax: number | null
  readonly seed: number
  /**
   * Returns a point without inactive parameters, and, where constraints are tight, moved to where they hold; undefined
   * if the point is not allowed.
   */
  readonly settle: (point: ValueMap) => ValueMap | undefined
  /** Whether `settle` can return the same point for two points, or undefined for a point. */
  readonly mayLackCells: boolean
}

/**
 * Creates random search without repeated points. In a finite space of equally likely points, a permutation that depends
 * on the seed gives their order. Otherwise points are drawn independently, and a repeated point is drawn again.
 */
export function createRandom(space: SearchSpace, { trialsMax, seed, settle, mayLackCells }: RandomOptions): Method {
  const points = spaceSize(space)
  const size = atMost(points, trialsMax)
  const isPermuted = points !== undefined && space.every(isUniform) && !mayLackCells
  const at = isPermuted
    ? (from: number, count: number) =>
        indices(from, count, size!).map((index) => pointAt(space, permute(BigInt(index), points, seed)))
    : distinctDraws(space, size, { seed, points, settle })
  return {
    pointsMax: mayLackCells && trialsMax === null ? null : size,
    suggest: (history, count) => at(countOwnTrials(history), count).map((point) => ({ point, source: 'random' })),
  }
}

/** Returns the number of trials whose points this method has suggested. */
function countOwnTrials({ trials }: History): number {
  return trials.reduce((count, { source }) => count + Number(source === 'random'), 0)
}

/** Whether all indices of the axis are drawn with the same probability and give different values. */
function isUniform(axis: Axis): boolean {
  if (axis.kind === 'values') return new Set(axis.values.map(encodeValue)).size === axis.values.length
  return axis.kind !== 'pvalues' && axis.kind !== 'logint'
}

/** Returns the smaller of the number of points and the budget; null if both are unlimited. */
function atMost(points: bigint | undefined, trialsMax: number | null): number | null {
  if (points === undefined) return trialsMax
  return trialsMax === null || points < BigInt(trialsMax) ? Number(points) : trialsMax
}

function indices(from: number, count: number, size: number): number[] {
  return Array.from({ length: Math.max(0, Math.min(count, size - from)) }, (_, offset) => from + offset)
}

/**
 * Largest number of draws for one new point. After them a finite space is searched cell by cell; in a continuous space
 * the search ends.
 */
const REDRAWS_MAX = { finite: 1_000, continuous: 100_000 }

/**
 * Returns a function that returns the points `from` … `from + count − 1`, or fewer if no new point is found. A point
 * depends only on the seed, its index and the points before it. A repeated point is drawn again.
 */
function distinctDraws(
  space: SearchSpace,
  size: number | null,
  { seed, points, settle }: Pick<RandomOptions, 'seed' | 'settle'> & { points: bigint | undefined },
): (from: number, count: number) => ValueMap[] {
  const drawn: ValueMap[] = []
  const seen = new Set<string>()
  // In a space with a continuous parameter two draws are never equal, unless that parameter can be inactive.
  const canRepeat = points !== undefined || space.some(({ when }) => when !== undefined)
  // No random number is drawn for a parameter with a single value, so that it does not change the draws of the others.
  const singleValues = new Map(space.map((axis) => [axis, onlyValue(axis)]))
  const valueOf = (axis: Axis, stream: Stream): Value => {
    const value = singleValues.get(axis)
    return value === undefined ? sampleAxis(axis, stream.next()) : value
  }

  const isNew = (point: ValueMap): boolean => !canRepeat || !seen.has(encodeValue(point))
  const walk = createWalk(space, createScatteredOrder(points ?? 1n, seed), (cell) => {
    const point = settle(cell)
    return !point ? 'forbidden' : isNew(point) ? { found: point } : 'duplicate'
  })

  const draw = (index: number): ValueMap | undefined => {
    const stream = createStream(seed, 'random', index)
    for (let attempt = 0; attempt < REDRAWS_MAX[points === undefined ? 'continuous' : 'finite']; attempt += 1) {
      const point = settle(Object.fromEntries(space.map((axis) => [axis.name, valueOf(axis, stream)])))
      if (point && isNew(point)) return point
    }
    return walk()
  }

  return (from, count) => {
    const end = Math.min(from + count, size ?? Infinity)
    while (drawn.length < end) {
      const point = draw(drawn.length)
      if (!point) break
      if (canRepeat) seen.add(encodeValue(point))
      drawn.push(point)
    }
    return drawn.slice(from, end)
  }
}
