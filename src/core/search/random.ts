import type { Axis, SearchSpace } from '../../contract/search-space.ts'
import { encodeValue } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import type { History } from './history.ts'
import type { Method } from './method.ts'
import { createStream, permute } from './rng.ts'
import type { Stream } from './rng.ts'
import { onlyValue, pointAt, sampleAxis, spaceSize } from './space.ts'
import { createWalk, scattered } from './walk.ts'

export interface RandomOptions {
  readonly trialsMax: number | null
  readonly seed: number
  /** Takes the parameters out of a point that are not there; undefined for a point that is not allowed. */
  readonly settle: (point: ValueMap) => ValueMap | undefined
  /** Whether `settle` may make two points one, or drop a point. */
  readonly isThinned: boolean
}

/** Independent draws, no point twice. A space of equally likely points is walked by a keyed permutation. */
export function createRandom(space: SearchSpace, { trialsMax, seed, settle, isThinned }: RandomOptions): Method {
  const points = spaceSize(space)
  const size = atMost(points, trialsMax)
  const isWalked = points !== undefined && space.every(isEven) && !isThinned
  const at = isWalked
    ? (from: number, count: number) =>
        indices(from, count, size!).map((index) => pointAt(space, permute(BigInt(index), points, seed)))
    : distinctDraws(space, size, { seed, points, settle })
  return {
    size: isThinned && trialsMax === null ? null : size,
    suggest: (history, count) => at(own(history), count).map((point) => ({ point, source: 'random' })),
  }
}

function own({ trials }: History): number {
  return trials.reduce((count, { source }) => count + Number(source === 'random'), 0)
}

/** Whether a draw has the same probability for every index of the axis, and no two indices are one value. */
function isEven(axis: Axis): boolean {
  if (axis.kind === 'values') return new Set(axis.values.map(encodeValue)).size === axis.values.length
  return axis.kind !== 'pvalues' && axis.kind !== 'logint'
}

function atMost(points: bigint | undefined, trialsMax: number | null): number | null {
  if (points === undefined) return trialsMax
  return trialsMax === null || points < BigInt(trialsMax) ? Number(points) : trialsMax
}

function indices(from: number, count: number, size: number): number[] {
  return Array.from({ length: Math.max(0, Math.min(count, size - from)) }, (_, offset) => from + offset)
}

/** Draws for one point: in a finite space what is left is then looked for cell by cell, elsewhere nowhere. */
const REDRAWS_MAX = { finite: 1_000, continuous: 100_000 }

/** Draws trial by trial; in a finite space an equal point is drawn again, and the search ends when none is left. */
function distinctDraws(
  space: SearchSpace,
  size: number | null,
  { seed, points, settle }: Pick<RandomOptions, 'seed' | 'settle'> & { points: bigint | undefined },
): (from: number, count: number) => ValueMap[] {
  const drawn: ValueMap[] = []
  const seen = new Set<string>()
  // Where a parameter is continuous no two draws are equal, unless it is absent from both.
  const canRepeat = points !== undefined || space.some(({ when }) => when !== undefined)
  // A parameter that has one value takes no draw: the others are given what they would be given without it.
  const only = new Map(space.map((axis) => [axis, onlyValue(axis)]))
  const valueOf = (axis: Axis, stream: Stream): Value => {
    const value = only.get(axis)
    return value === undefined ? sampleAxis(axis, stream.next()) : value
  }
  const isNew = (point: ValueMap): boolean => !canRepeat || !seen.has(encodeValue(point))
  const walk = createWalk(space, scattered(points ?? 1n, seed), (cell) => {
    const point = settle(cell)
    return !point ? 'forbidden' : isNew(point) ? { found: point } : 'known'
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
